import type { WorkflowHandle } from '@temporalio/client';
import type { IncidentInput, IncidentResult, IncidentView } from '../../../src/shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { acknowledgeUpdate, approveUpdate, closeUpdate, timelineQuery } from '../../../src/workflows/messages';
import { incidentInput, untilState } from '../../support/incidents';
import { saidQuery } from '../../support/workflows/nested-workflows';
import type { parallelSteps, slowlyClosed } from '../../support/workflows/nested-workflows';
import { SAFETY } from '../../support/safety';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

jest.setTimeout(180_000);

let site: WorkflowSite;

beforeAll(async () => {
  site = await WorkflowSite.up({
    startServer: startLocal,
    workflowsPath: require.resolve('../../support/workflows/nested-workflows'),
  });
});
afterAll(async () => {
  await site?.down();
});

const view = (handle: WorkflowHandle) => handle.query<IncidentView>(timelineQuery);

/** A gate that somebody stands at until it is opened. */
function gate() {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

/** What a run did, in order: activities that ended by their kind, and signals that it sent by their name. */
async function doings(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  const scheduled = new Map<string, string>();
  return (events ?? []).flatMap((event) => {
    const activity = event.activityTaskScheduledEventAttributes;
    if (activity) scheduled.set(String(event.eventId), activity.activityType?.name ?? '');
    const ended = event.activityTaskCompletedEventAttributes;
    if (ended) return [`${scheduled.get(String(ended.scheduledEventId))} done`];
    const signal = event.signalExternalWorkflowExecutionInitiatedEventAttributes;
    return signal ? [signal.signalName ?? ''] : [];
  });
}

function start(workflow: 'parallelSteps' | 'keptHost', name: string) {
  return site.env.client.workflow.start<typeof parallelSteps>(workflow, {
    workflowId: `incident/${workflow}/${name}`,
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [incidentInput(name, { startedBy: { who: 'bela', reason: 'a test' } })],
  });
}

/** The states that were shown one after the other, where the list of incidents looks for them. */
async function shownStates(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap((event) => {
    const upsert = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
    const data = upsert?.['HalcyonState']?.data;
    return data ? [String(JSON.parse(Buffer.from(data).toString()))] : [];
  });
}

describe('steps beside each other', () => {
  it('keep the turn while one of them is at work and another asks people', async () => {
    await site.withHost(async (host, name) => {
      const backup = gate();
      host.before = async (activity) => {
        if (activity === 'ensureBackup') await backup.passed;
      };
      const handle = await start('parallelSteps', name);
      await waitFor(() => host.calls.includes('ensureBackup'), { what: 'the backup to be at work' });
      // Both are open: the question is what people are told.
      await untilState(handle, 'waitingForApproval');
      backup.open();
      // Only now others may have the host.
      await waitFor(async () => (await doings(handle)).includes('releaseTurn'), { what: 'the turn to be lent' });
      expect((await view(handle)).state).toBe('waitingForApproval');
      await handle.executeUpdate(approveUpdate, { args: [{ as: 'anna' }] });
      const result = await handle.result();
      expect(result.outcome).toBe('healed');
      const done = await doings(handle);
      expect(done.indexOf('releaseTurn')).toBeGreaterThan(done.indexOf('ensureBackup done'));
      expect(done.filter((what) => what === 'requestTurn done')).toHaveLength(2);
      expect(host.calls.filter((call) => call === 'ensureBackup')).toHaveLength(2);
      expect(result.findings).toEqual([]);
    });
  });
});

describe('work that must not be interrupted', () => {
  it('keeps the host also while people think, and goes on by the same turn', async () => {
    await site.withHost(async (host, name) => {
      const handle = await start('keptHost', name);
      await untilState(handle, 'waitingForApproval');
      await handle.executeUpdate(approveUpdate, { args: [{ as: 'anna' }] });
      await handle.result();
      const done = await doings(handle);
      expect(done.filter((what) => what === 'requestTurn done')).toHaveLength(1);
      expect(done.indexOf('releaseTurn')).toBeGreaterThan(done.indexOf('ensureBackup done'));
      expect(host.calls).toContain('ensureBackup');
    });
  });
});

describe('a recovery in mode approve', () => {
  const startedBy = { who: 'bela', reason: 'storage move' };

  function startRecovery(name: string, safety: IncidentInput['safety']) {
    const recovery = { dryRun: false, onlyUnhealthy: false };
    const input = incidentInput(name, { runbook: 'emergencyRecovery', safety, startedBy, recovery });
    return site.env.client.workflow.start('emergencyRecovery', {
      workflowId: `incident/emergencyRecovery/${name}`,
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [input],
    });
  }

  it('asks once, for its plan: every step, what is destroyed, and where the backup will be', async () => {
    await site.withHost(async (host, name) => {
      const handle = await startRecovery(name, { ...SAFETY, mode: 'approve' });
      const { timeline } = await untilState(handle, 'waitingForApproval');
      const asked = timeline.find(({ title }) => title === 'Asks people')!.detail;
      for (const step of ['H.1', 'H.2', 'H.3', 'H.4', 'H.5', 'H.6', 'H.7', 'H.8', 'H.9']) expect(asked).toContain(step);
      expect(asked).toContain('/var/backups/kingfisher');
      expect(asked).toMatch(/What it deletes is not kept/);
      expect(host.calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
      await handle.executeUpdate(approveUpdate, { args: [{ as: 'anna' }] });
      const result = (await handle.result()) as IncidentResult;
      expect(result.outcome).toBe('healed');
      expect(result.approvals).toMatchObject([{ state: 'approved', subject: { risk: 'fullRecovery' } }]);
      expect(result.timeline.filter(({ status }) => status === 'skipped')).toEqual([]);
      expect([...host.restarts].sort()).toEqual(['postgres', 'rabbitmq', 'redis']);
      // None that lasted no time, and none that was over.
      const states = (await shownStates(handle)).filter((state) => state !== 'waitingForTurn');
      expect(states.slice(states.indexOf('waitingForApproval'))).toEqual([
        'waitingForApproval',
        ...(states.includes('diagnosing') ? ['diagnosing'] : []),
        'remedying',
        'verifying',
        'closed',
      ]);
    });
  });

  it('that a person ends tells its waits as skipped, and why', async () => {
    await site.withHost(async (host, name) => {
      const dependency = gate();
      host.before = async (activity) => {
        if (activity === 'waitUntil dependency') await dependency.passed;
      };
      const handle = await startRecovery(name, SAFETY);
      await waitFor(() => host.calls.includes('waitUntil dependency'), { what: 'a dependency to be waited for' });
      await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'not now' }] });
      dependency.open();
      const { timeline } = (await handle.result()) as IncidentResult;
      const waits = timeline.filter(({ title }) => title.endsWith(' answers'));
      expect(waits.map(({ status }) => status)).toContain('skipped');
      expect(waits.map(({ status }) => status)).not.toContain('failed');
      expect(waits.find(({ status }) => status === 'skipped')?.detail).toBe('ended: anna closed this incident');
    });
  });
});

describe('an acknowledgement that comes while everyone is told of the end', () => {
  it('is answered before the incident closes', async () => {
    await site.withController(async () => {
      const handle = await site.env.client.workflow.start<typeof slowlyClosed>('slowlyClosed', {
        workflowId: 'slowly-closed',
        taskQueue: CONTROLLER_TASK_QUEUE,
        args: [incidentInput('h1')],
      });
      await waitFor(async () => (await handle.query(saidQuery)).length > 0, { what: 'the end to begin' });
      await handle.executeUpdate(acknowledgeUpdate, { args: [{ as: 'anna' }] });
      expect(await handle.result()).toEqual(['everyone is told', 'acknowledged by anna']);
    });
  });
});
