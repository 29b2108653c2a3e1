import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { freePorts } from '../../../lab/temporal/ports';
import { createDoctorCommand } from '../../../src/cli/doctor';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { createController } from '../../../src/temporal/workers';
import type { WorkflowSource } from '../../../src/temporal/workflow-source';
import { bundleWorkflows } from '../../support/temporal/bundle';
import { incidentInput } from '../../support/incidents';
import { outputOf } from '../../support/output-of';
import { quietTemporal } from '../../support/temporal/quiet-temporal';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

let env: TestWorkflowEnvironment;
let folder: string;
let today: WorkflowSource;

beforeAll(async () => {
  // What does not replay fails on purpose.
  quietTemporal({ tellsFailures: false });
  env = await startLocal();
  today = { workflowBundle: await bundleWorkflows() };
  folder = mkdtempSync(join(tmpdir(), 'halcyon-replay-'));
});
afterAll(async () => {
  await env?.teardown();
  rmSync(folder, { recursive: true, force: true });
});

async function doctorReplay(...flags: string[]) {
  return await replayAt(env.address, ...flags);
}

async function replayAt(address: string, ...flags: string[]) {
  const file = join(folder, 'halcyon.yaml');
  writeFileSync(file, `temporal: {address: "${address}"}\n`);
  const args = ['--replay', '--config', file, ...flags];
  return await outputOf(() => createDoctorCommand(today).parseAsync(args, { from: 'user' }));
}

/** Runs that another build began and that stay open, with no controller any more. */
async function begunByAnotherBuild(): Promise<Record<'incident' | 'gone', WorkflowHandle>> {
  const start = (workflowId: string, type: string, argument: object) =>
    env.client.workflow.start(type, { workflowId, taskQueue: CONTROLLER_TASK_QUEUE, args: [argument] });
  const startedBy = { who: 'anna', reason: 'the test says so' };
  const workflowBundle = await bundleWorkflows(require.resolve('../../support/workflows/other-build-workflows'));
  const settings = { connection: env.nativeConnection, namespace: 'default' };
  const controller = await createController(settings, {}, { workflows: { workflowBundle } });
  const [, incident, gone] = await controller.runUntil(async () => {
    const begun = await Promise.all([
      start('guard/h1', 'guard', { host: 'h1' }),
      start('incident/KingfisherServiceDown/h1', 'serviceDown', incidentInput('h1', { startedBy })),
      start('gone/h1', 'longGone', {}),
    ]);
    for (const handle of begun) {
      const isWaiting = async () =>
        (await handle.fetchHistory()).events?.some((event) => event.timerStartedEventAttributes);
      await waitFor(isWaiting, { what: `${handle.workflowId} to wait` });
    }
    return begun;
  });
  // Nobody worked on it yet.
  await start('guard/h2', 'guard', { host: 'h2' });
  return { incident: incident!, gone: gone! };
}

it('names the open runs that this build cannot go on with, and ends with 1 until there is none', async () => {
  const none = await doctorReplay();
  expect(none.said).toBe('open runs that replay: 0; none breaks, so this build can go on with them\n');
  const { incident, gone } = await begunByAnotherBuild();
  const isListed = async () => (await env.client.workflow.count('ExecutionStatus = "Running"')).count === 4;
  await waitFor(isListed, { what: 'the runs to be listed' });

  const { said, code } = await doctorReplay();
  expect(code).toBe(1);
  expect(said).toMatch(/^breaks +incident\/KingfisherServiceDown\/h1 +serviceDown +\S.*Timer.*$/m);
  expect(said).toMatch(/^breaks +gone\/h1 +longGone +.*no such function/m);
  expect(said).not.toContain('guard/');
  expect(said).toContain('open runs that break: 2 of 3; ');

  const { said: json } = await doctorReplay('--json');
  const { runId } = await incident.describe();
  expect(JSON.parse(json)).toMatchObject({
    runs: 3,
    misfits: expect.arrayContaining([
      { workflowId: incident.workflowId, runId, type: 'serviceDown', differs: expect.any(String) },
    ]),
  });

  await Promise.all([incident.terminate(), gone.terminate()]);
  await waitFor(async () => (await doctorReplay()).code === undefined, { what: 'all to fit' });
  expect((await doctorReplay()).said).toBe(
    'open runs that replay: 1; none breaks, so this build can go on with them\n',
  );
});

it('ends with 3 when Temporal cannot be reached', async () => {
  const [port = 0] = await freePorts(1);
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const { code } = await replayAt(`127.0.0.1:${port}`);
  expect(code).toBe(3);
  expect(write.mock.calls.flat().join('')).toContain(`Temporal at 127.0.0.1:${port} cannot be reached`);
  write.mockRestore();
});
