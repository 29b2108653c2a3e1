import type { WorkflowHandle } from '@temporalio/client';
import type { EscalationView } from '../../../src/shared/paging/escalation';
import { escalationId, guardId } from '../../../src/shared/ids';
import type { IncidentResult, IncidentView } from '../../../src/shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import type { guard } from '../../../src/workflows';
import {
  acknowledgeUpdate,
  alertSignal,
  approveUpdate,
  closeUpdate,
  pauseSignal,
  resumeSignal,
} from '../../../src/workflows/messages';
import { hold } from '../../support/scripted/held-activity';
import type { Held } from '../../support/scripted/held-activity';
import { POLICY, alert, closedByHand, incidentInput, startIncident, untilState } from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

/**
 * An incident that goes on in a new run after its first pass. On a real server: the one that skips time stalls where a
 * watch is cancelled while a message comes.
 */
let site: WorkflowSite;

beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => {
  await site?.down();
});

/** Less than a pass of the runbook takes, and more than a run that only looks on. */
const maxEvents = 60;
const WAIT = { deadlineMs: 60_000 };

async function untilNewRun({ workflowId }: WorkflowHandle, than: string): Promise<string> {
  const newest = site.env.client.workflow.getHandle(workflowId);
  return await waitFor(
    async () => {
      const { runId } = await newest.describe();
      return runId === than ? undefined : runId;
    },
    { what: `a new run of ${workflowId}`, ...WAIT },
  );
}

/** The watch of a new run may begin only now. */
async function untilSeen(watch: Held, isSo: () => Promise<boolean>): Promise<void> {
  const look = () => {
    watch.letGo();
    return isSo();
  };
  await waitFor(look, { what: 'the host to be seen', ...WAIT, everyMs: 200 });
}

async function runIdOf(handle: WorkflowHandle): Promise<string> {
  return (await site.env.client.workflow.getHandle(handle.workflowId).describe()).runId;
}

function clockOf({ workflowId }: WorkflowHandle): WorkflowHandle {
  return site.env.client.workflow.getHandle(escalationId(workflowId));
}

async function clockView(handle: WorkflowHandle): Promise<EscalationView> {
  return await clockOf(handle).query<EscalationView>('escalation');
}

it('watching, it hears of a host that breaks anew; its clock calls people, and its acknowledgement reaches it', async () => {
  await site.withHost(async (host, name) => {
    const watch = hold(host, 'watchReading');
    host.up.kingfisher = false;
    const handle = await startIncident(site.env.client, name, alert(), incidentInput(name, { maxEvents }));
    const watching = await untilNewRun(handle, handle.signaledRunId);
    await untilState(handle, 'watching');
    await waitFor(async () => (await clockView(handle)).stillSince !== null, { what: 'the clock to stand', ...WAIT });

    host.up.kingfisher = false;
    host.broken.add('kingfisher');
    host.allow = ['restart', 'clearFiles'];
    await untilSeen(watch, async () => (await runIdOf(handle)) !== watching);
    await untilState(handle, 'waitingForPeople');
    await waitFor(() => site.pagers.tiersOf(handle.workflowId).length === 1, { what: 'tier 1 at once', ...WAIT });
    expect((await clockView(handle)).stillSince).toBeNull();

    await handle.executeUpdate(acknowledgeUpdate, { args: [{ as: 'anna' }] });
    const isHeld = async () => (await clockView(handle)).acknowledged?.as === 'anna';
    await waitFor(isHeld, { what: 'the clock to hear of anna', ...WAIT });
    await waitFor(async () => (await handle.query<IncidentView>('timeline')).tier === 1, { what: 'the tier', ...WAIT });
    await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'done by hand' }] });
    const result = (await handle.result()) as IncidentResult;
    expect(result.acknowledged?.as).toBe('anna');
    expect(host.restarts).toEqual(['kingfisher', 'kingfisher']);
    expect(result.timeline.filter(({ title }) => title === 'Restart KingFisher')).toHaveLength(2);
    expect(((await clockOf(handle).result()) as EscalationView).closed).toBe(result.outcome);
  });
}, 180_000);

it('left to people, it asks them again when it breaks in another way, and takes the answer', async () => {
  await site.withHost(async (host, name) => {
    const watch = hold(host, 'watchReading');
    host.up.redis = false;
    host.broken.add('redis');
    host.allow = ['restart', 'clearFiles'];
    const safety = { ...SAFETY, mode: 'approve' } as const;
    const handle = await startIncident(site.env.client, name, alert(), incidentInput(name, { maxEvents, safety }));
    const [first] = (await untilState(handle, 'waitingForApproval')).approvals;
    await handle.executeUpdate(approveUpdate, { args: [{ as: 'anna', hash: first!.hash }] });
    await untilNewRun(handle, handle.signaledRunId);
    await untilState(handle, 'waitingForPeople');
    expect(host.restarts).toContain('redis');

    host.up.postgres = false;
    await untilSeen(watch, async () => (await handle.query<IncidentView>('timeline')).approvals.length === 2);
    const { approvals } = await untilState(handle, 'waitingForApproval');
    expect(approvals).toMatchObject([{ state: 'approved', answeredBy: 'anna' }, { state: 'asked' }]);
    await handle.executeUpdate(approveUpdate, { args: [{ as: 'bela', hash: approvals[1]!.hash }] });
    await waitFor(() => host.restarts.includes('postgres'), { what: 'the restart', ...WAIT });
    await untilState(handle, 'waitingForPeople');
    await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'done by hand' }] });
    await handle.result();
  });
}, 180_000);

it('refused in a pause, it does its work when the pause ends', async () => {
  await site.withHost(async (host, name) => {
    const guardOfHost = await site.env.client.workflow.signalWithStart<typeof guard, [object]>('guard', {
      workflowId: guardId(name),
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [{ host: name }],
      signal: pauseSignal as never,
      signalArgs: [{ by: 'anna', reason: 'moving', for: '1h' }],
    });
    hold(host, 'watchReading');
    host.up.kingfisher = false;
    const handle = await startIncident(site.env.client, name, alert(), incidentInput(name, { maxEvents }));
    await untilNewRun(handle, handle.signaledRunId);
    await untilState(handle, 'waitingForPeople');
    expect(host.restarts).toEqual([]);
    const paused = await runIdOf(handle);

    await guardOfHost.signal(resumeSignal, { by: 'anna' });
    await waitFor(() => host.restarts.length === 1, { what: 'the restart', ...WAIT });
    await untilNewRun(handle, paused);
    await untilState(handle, 'watching');
    await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'done' }] });
    expect(((await handle.result()) as IncidentResult).outcome).toBe('healed');
  });
}, 180_000);

describe('an alert that flaps', () => {
  /** Its next episode ends and another begins, on and on, until the incident goes on in another run. */
  async function flapUntilNewRun(handle: WorkflowHandle, than: string): Promise<string> {
    const newest = site.env.client.workflow.getHandle(handle.workflowId);
    let startsAt = Date.now();
    const flap = async () => {
      await newest.signal(alertSignal, alert({ status: 'resolved', startsAt: new Date(startsAt).toISOString() }));
      startsAt += 1_000;
      await newest.signal(alertSignal, alert({ startsAt: new Date(startsAt).toISOString() }));
      const runId = await runIdOf(handle);
      return runId === than ? undefined : runId;
    };
    return await waitFor(flap, { what: 'a new run under a flapping alert', ...WAIT, everyMs: 10 });
  }

  it('lets its incident go on in new runs, while people have it, and calls them once', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      host.broken.add('kingfisher');
      host.allow = ['restart', 'clearFiles'];
      const handle = await startIncident(site.env.client, name, alert(), incidentInput(name, { maxEvents }));
      await waitFor(() => site.pagers.tiersOf(handle.workflowId).length === 1, { what: 'tier 1', ...WAIT });
      const second = await flapUntilNewRun(handle, await runIdOf(handle));
      await flapUntilNewRun(handle, second);
      const newest = site.env.client.workflow.getHandle(handle.workflowId);
      expect((await untilState(newest, 'waitingForPeople')).received).toBeGreaterThan(10);
      // That it fires anew is carried along: it asks for another pass, a minute after the last.
      const isAnew = async () =>
        (await newest.query<IncidentView>('timeline')).timeline.some(({ title }) => title === 'Diagnosing again');
      await waitFor(isAnew, { what: 'another pass', deadlineMs: 120_000 });
      expect(site.pagers.tiersOf(handle.workflowId)).toHaveLength(1);
      await closedByHand(newest);
    });
  }, 240_000);

  it('lets its incident go on in new runs, while the host is looked at', async () => {
    await site.withHost(async (host, name) => {
      host.up.kingfisher = false;
      const policy = { ...POLICY, steadyForMs: 3_600_000 };
      const input = incidentInput(name, { maxEvents, policy });
      const handle = await startIncident(site.env.client, name, alert(), input);
      await untilState(handle, 'watching');
      const second = await flapUntilNewRun(handle, await runIdOf(handle));
      await flapUntilNewRun(handle, second);
      const newest = site.env.client.workflow.getHandle(handle.workflowId);
      expect((await untilState(newest, 'watching')).outcome).toBeNull();
      expect(host.restarts).toEqual(['kingfisher']);
      await closedByHand(newest);
    });
  }, 180_000);
});
