import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createDoctorCommand } from '../../../src/cli/doctor';
import type { Checkup } from '../../../src/cli/doctor';
import { createAgent, createController } from '../../../src/temporal/workers';
import { bundleWorkflows } from '../../support/temporal/bundle';
import { outputOf } from '../../support/output-of';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

const PAGERS =
  'pagers: {slack: {token: xoxb-1}, pagerduty: {routingKeys: {trading-ai-primary: a, platform-secondary: b, engineering-manager: c}}}';

let env: TestWorkflowEnvironment;
let folder: string;

beforeAll(async () => {
  env = await startLocal();
  folder = mkdtempSync(join(tmpdir(), 'halcyon-doctor-'));
});
afterAll(async () => {
  await env?.teardown();
  rmSync(folder, { recursive: true, force: true });
});

async function doctor(yaml: string, ...flags: string[]): Promise<{ said: string; code: typeof process.exitCode }> {
  const file = join(folder, 'halcyon.yaml');
  writeFileSync(file, `temporal: {address: "${env.address}"}\n${yaml}\n`);
  return await outputOf(() => createDoctorCommand().parseAsync(['--config', file, ...flags], { from: 'user' }));
}

async function checkups(yaml: string): Promise<Record<string, Checkup['state']>> {
  const { said } = await doctor(yaml, '--json');
  return Object.fromEntries((JSON.parse(said) as Checkup[]).map(({ what, state }) => [what, state]));
}

it('names what is missing, and ends with 1', async () => {
  const { said, code } = await doctor('hosts: {h1: {}}');
  expect(code).toBe(1);
  expect(said).toMatch(/^ok +Temporal +127/m);
  expect(said).toMatch(/^missing +controller +nobody asks for work: systemctl status halcyon-controller$/m);
  expect(said).toMatch(/^missing +agent of h1 +nobody asks for work/m);
  expect(said).toMatch(/^missing +pagers .*can page nobody$/m);
  expect(said).toMatch(/^unknown +intake +not asked/m);
  expect(await checkups('hosts: {}')).toMatchObject({ hosts: 'missing' });
});

it('does not call a pager missing whose secret only the controller has', async () => {
  const { said } = await doctor('pagers: {slack: {token: "${DOCTOR_HAS_NO_TOKEN}"}}');
  expect(said).toMatch(/^unknown +pagers .*DOCTOR_HAS_NO_TOKEN is not set; ask where the controller runs$/m);
});

it('sees who works, tells no secret, and ends with 0', async () => {
  const yaml = `hosts: {h1: {}}\n${PAGERS}`;
  const settings = { connection: env.nativeConnection, namespace: 'default' };
  const controller = await createController(settings, {}, { workflows: { workflowBundle: await bundleWorkflows() } });
  const agent = await createAgent(settings, 'h1', { look: () => Promise.resolve() });
  const work = Promise.all([controller.run(), agent.run()]);
  try {
    const isComplete = async () => {
      const states = await checkups(yaml);
      return states.controller === 'ok' && states['agent of h1'] === 'ok';
    };
    await waitFor(isComplete, { what: 'both to ask for work', deadlineMs: 30_000 });
    const { said, code } = await doctor(yaml);
    expect(code).toBeUndefined();
    expect(said).toMatch(
      /^ok +pagers +Slack and PagerDuty \(trading-ai-primary, platform-secondary, engineering-manager\)$/m,
    );
    expect(said).toMatch(new RegExp(`^ok +agent of h1 +${process.pid}@`, 'm'));
    expect(said).not.toContain('xoxb-1');
  } finally {
    controller.shutdown();
    agent.shutdown();
    await work;
  }
});
