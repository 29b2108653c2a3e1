import type { temporal } from '@temporalio/proto';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import * as messages from '../../../src/workflows/messages';
import { bundleWorkflows } from '../../support/temporal/bundle';
import { PLAN, subject } from '../../support/escalations';
import { alert, incidentInput, startIncident } from '../../support/incidents';
import { followUpInput, postIncidentInput } from '../../support/sites/checklist-site';
import { maintenanceInput } from '../../support/sites/maintenance-site';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { tearDown, withWorker } from '../../support/temporal/workers';

type Metadata = temporal.api.sdk.v1.IWorkflowMetadata;

interface StepReport {
  kind: 'signal' | 'query' | 'update';
  name: string;
  description: string;
}

/** By their ids, in the order in which they are started below: another build of the controller may be the one to run them. */
const LONG_LIVED = ['incident', 'escalation', 'guard', 'lease', 'follow-up', 'post-incident'];

let env: TestWorkflowEnvironment;

beforeAll(async () => {
  env = await startLocal();
});
afterAll(async () => {
  await tearDown(env);
});

/** What Temporal UI can show of the messages that a run takes, without those of the SDK itself. */
async function toldBy(handle: WorkflowHandle): Promise<StepReport[]> {
  const { definition } = await handle.query<Metadata>('__temporal_workflow_metadata');
  const of = (
    kind: StepReport['kind'],
    list: { name?: string | null; description?: string | null }[] | null | undefined,
  ) => (list ?? []).map(({ name, description }) => ({ kind, name: name ?? '', description: description ?? '' }));
  return [
    ...of('signal', definition?.signalDefinitions),
    ...of('query', definition?.queryDefinitions),
    ...of('update', definition?.updateDefinitions),
  ].filter(({ name }) => !name.startsWith('__'));
}

async function start(type: string, workflowId: string, input: object, signal?: [name: string, argument: object]) {
  const options = { workflowId, taskQueue: CONTROLLER_TASK_QUEUE, args: [input] };
  if (signal === undefined) return await env.client.workflow.start(type, options);
  const [name, argument] = signal;
  return await env.client.workflow.signalWithStart(type, { ...options, signal: name, signalArgs: [argument] });
}

it('every signal, query and update says what it is for', async () => {
  const options = {
    connection: env.nativeConnection,
    taskQueue: CONTROLLER_TASK_QUEUE,
    workflowBundle: await bundleWorkflows(),
  };
  const runs = await withWorker(options, async () => {
    const about = subject(Date.now());
    const wish = {
      host: 'h1',
      setting: 'openai.max_qps',
      value: 4,
      owner: 'anna',
      reason: 'slow',
      until: new Date(Date.now() + 3_600_000).toISOString(),
      turn: { guard: {} as never },
      escalation: PLAN,
    };
    const handles: WorkflowHandle[] = [
      await startIncident(env.client, 'h1', alert(), incidentInput('h1')),
      await start('escalation', 'escalation/KingfisherServiceDown/h2', { subject: about, plan: PLAN }),
      await start('guard', 'guard/h2', { host: 'h2' }),
      await start('lease', 'lease/h1/openai.max_qps', { host: 'h1', setting: 'openai.max_qps' }, [
        'requestLease',
        wish,
      ]),
      await start('weeklyMaintenance', 'maintenance/weekly/h1', maintenanceInput('h1')),
      await start('followUp', 'follow-up/monthly/h1/2026-11-23', followUpInput()),
      await start('postIncident', 'post-incident/A/h1/0190a5c1-0000', postIncidentInput()),
    ];
    const all = await Promise.all(
      handles.map(async (handle) => {
        // A lease takes part in the guard only once it is wanted.
        const isLease = handle.workflowId.startsWith('lease/');
        const complete = async () => {
          const of = await toldBy(handle);
          return of.length > 1 && (!isLease || of.some(({ name }) => name === 'turn')) ? of : undefined;
        };
        const of = await waitFor(complete, { what: `the messages of ${handle.workflowId}`, deadlineMs: 30_000 });
        return { id: handle.workflowId, of };
      }),
    );
    await Promise.all(handles.map((handle) => handle.terminate().catch(() => undefined)));
    return all;
  });

  const told = runs.flatMap(({ of }) => of);
  expect(told.filter(({ description }) => description === '')).toEqual([]);
  for (const { description } of told) expect(description).toMatch(/^[A-Z].{15,}\.$/s);
  const named = (one: StepReport) => `${one.kind} ${one.name}`;
  const defined = Object.values(messages).map(({ type, name }) => `${type} ${name}`);
  expect([...new Set(told.map(named))].sort()).toEqual([...new Set(defined)].sort());
  // Maintenance ends within hours, with the build that began it.
  const movesOn = runs.filter(({ of }) => of.some(({ name }) => name === messages.moveOnSignal.name));
  expect(movesOn.map(({ id }) => id.split('/')[0])).toEqual(LONG_LIVED);
}, 60_000);
