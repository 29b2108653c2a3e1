import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { listIncidents } from '../../../src/cli/incident/incident-list';
import type { IncidentRow } from '../../../src/cli/incident/incident-list';
import { bundleWorkflows } from '../../support/temporal/bundle';
import type { goesOn } from '../../support/workflows/long-workflows';
import { outputOf } from '../../support/output-of';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { tearDown, withWorker } from '../../support/temporal/workers';

const ID = 'incident/KingfisherServiceDown/h1';

let env: TestWorkflowEnvironment;

beforeAll(async () => {
  env = await startLocal();
});
afterAll(async () => {
  await tearDown(env);
});

async function listed(): Promise<IncidentRow[]> {
  const { said } = await outputOf(() => listIncidents(env.client, { json: true, limit: '10' }));
  return said.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as IncidentRow] : []));
}

it('an incident that went on in new runs is one row, open since its first', async () => {
  const workflowBundle = await bundleWorkflows(require.resolve('../../support/workflows/long-workflows'));
  const options = { connection: env.nativeConnection, taskQueue: 'long', workflowBundle };
  const start = { workflowId: ID, taskQueue: 'long', args: [2] as [number] };
  await withWorker(options, async () => {
    const handle = await env.client.workflow.start<typeof goesOn>('goesOn', start);
    const first = await env.client.workflow.getHandle(ID, handle.firstExecutionRunId).describe();
    const newest = await waitFor(
      async () => {
        const rows = await listed();
        const { raw, runId } = await env.client.workflow.getHandle(ID).describe();
        const isLast = raw.workflowExecutionInfo?.firstRunId !== runId && rows[0]?.runId === runId;
        return isLast && rows[0]!.status === 'RUNNING' ? rows : undefined;
      },
      { what: 'a later run to be listed', deadlineMs: 30_000 },
    );
    expect(newest).toHaveLength(1);
    expect(newest[0]!.runId).not.toBe(first.runId);
    expect(newest[0]!.started).toBe(first.startTime.toISOString());
    await env.client.workflow.getHandle(ID).terminate();
  });
}, 60_000);
