import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Finding, IncidentView } from '../../../src/shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import type { emergencyRecovery } from '../../../src/workflows';
import {
  alert,
  closedByHand,
  incidentInput,
  resolvedWhenWell,
  startIncident,
  untilState,
} from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { WorkflowSite } from '../../support/sites/workflow-site';

let site: WorkflowSite;

// A server each: time that passed in one test would hold up the next.
beforeEach(async () => {
  site = await WorkflowSite.up();
});
afterEach(async () => {
  await site?.down();
});

async function startRecovery(name: string, dryRun = false): Promise<IncidentView> {
  const input = incidentInput(name, {
    runbook: 'emergencyRecovery',
    recovery: { dryRun, onlyUnhealthy: false },
    startedBy: { who: 'ada', reason: 'a test' },
  });
  const handle = await site.env.client.workflow.start<typeof emergencyRecovery>('emergencyRecovery', {
    workflowId: `incident/emergencyRecovery/${name}`,
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [input],
  });
  return await handle.result();
}

const found = (view: IncidentView, name: string): string[] =>
  view.findings.filter((finding: Finding) => finding.name === name).map(({ detail }) => detail);
const changes = (host: ScriptedHost) => host.calls.filter((call) => call.startsWith('ensure'));
const tooOld = (name: string, what: string) =>
  `the agent on ${name} does not know ${what}: install the same version as the controller`;

/** How often each activity of this name was tried. */
async function attemptsAt(handle: WorkflowHandle, activity: string): Promise<number[]> {
  const { events = [] } = await handle.fetchHistory();
  const scheduled = (events ?? [])
    .filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === activity)
    .map(({ eventId }) => String(eventId));
  return (events ?? [])
    .map((event) => event.activityTaskStartedEventAttributes)
    .filter((started) => started !== null && started !== undefined)
    .filter(({ scheduledEventId }) => scheduled.includes(String(scheduledEventId)))
    .map(({ attempt }) => attempt ?? 0);
}

describe('an agent that is older than the controller', () => {
  it('is named in the first diagnosis, with all that it lacks, and what it knows is done', async () => {
    await site.withHost(
      async (host, name) => {
        host.up.kingfisher = false;
        const first = alert();
        const result = await resolvedWhenWell(await startIncident(site.env.client, name, first), first);
        expect(found(result, 'AgentTooOld')).toEqual([tooOld(name, 'observeMetrics and waitUntilStarted')]);
        expect(result.outcome).toBe('healed');
      },
      ['waitUntilStarted', 'observeMetrics'],
    );
  });

  it('is named at once where it cannot even be asked, and not after five attempts', async () => {
    await site.withHost(
      async (host, name) => {
        host.up.kingfisher = false;
        const first = alert();
        const handle = await startIncident(site.env.client, name, first);
        const result = await resolvedWhenWell(handle, first);
        expect(found(result, 'AgentTooOld')).toEqual([tooOld(name, 'observeAllowed')]);
        expect(await attemptsAt(handle, 'observeAllowed')).toEqual([1]);
      },
      ['observeAllowed'],
    );
  });

  it('that cannot restart is for people: what it does not know it did not do', async () => {
    await site.withHost(
      async (host, name) => {
        host.up.kingfisher = false;
        const handle = await startIncident(site.env.client, name, alert());
        const seen = await untilState(handle, 'waitingForPeople');
        expect(found(seen, 'AgentTooOld')).toEqual([tooOld(name, 'ensureRestarted')]);
        host.up.kingfisher = true;
        expect((await closedByHand(handle)).outcome).not.toBe('healed');
        expect(new Set(await attemptsAt(handle, 'ensureRestarted'))).toEqual(new Set([1]));
      },
      ['ensureRestarted'],
    );
  });

  it('that cannot watch is named, and its incident stays open', async () => {
    await site.withHost(
      async (_host, name) => {
        const handle = await startIncident(site.env.client, name, alert());
        await untilState(handle, 'watching');
        await site.env.sleep('2m');
        const seen = await untilState(handle, 'watching');
        expect(found(seen, 'AgentTooOld')).toEqual([tooOld(name, 'watchReading')]);
        expect(new Set(await attemptsAt(handle, 'watchReading'))).toEqual(new Set([1]));
        await closedByHand(handle);
      },
      ['watchReading'],
    );
  });

  it('that can watch, and does not know the reading, is named with that', async () => {
    await site.withHost(async (host, name) => {
      const why = 'this agent does not know the reading "pending"';
      host.before = (activity) => {
        if (activity === 'watchReading') throw ApplicationFailure.nonRetryable(why, 'AgentTooOld');
      };
      const handle = await startIncident(site.env.client, name, alert());
      await untilState(handle, 'watching');
      await site.env.sleep('2m');
      expect(found(await untilState(handle, 'watching'), 'AgentTooOld')).toEqual([why]);
      host.before = () => undefined;
      await closedByHand(handle);
    });
  });

  it.each(['ensureStarted', 'observeAllowed'])('begins no recovery without %s', async (lacking) => {
    await site.withHost(
      async (host, name) => {
        const view = await startRecovery(name);
        expect(found(view, 'AgentTooOld')).toEqual([tooOld(name, lacking)]);
        expect(view.outcome).toBe('unresolved');
        expect(changes(host)).toEqual([]);
      },
      [lacking],
    );
  });
});

describe('a host that does not allow', () => {
  it('a restart: nobody is asked for it, and people have it', async () => {
    await site.withHost(async (host, name) => {
      host.allow = [];
      host.up.kingfisher = false;
      const input = incidentInput(name, { safety: { ...SAFETY, mode: 'approve' } });
      const handle = await startIncident(site.env.client, name, alert(), input);
      const seen = await untilState(handle, 'waitingForPeople', 'waitingForApproval');
      expect(seen).toMatchObject({ state: 'waitingForPeople', approvals: [] });
      expect(found(seen, 'NotAllowed')).toEqual([`agent.allow of ${name} does not name restart`]);
      expect(seen.timeline).toContainEqual(
        expect.objectContaining({ title: 'Would restart KingFisher', status: 'skipped' }),
      );
      expect(changes(host)).toEqual([]);
      await closedByHand(handle);
    });
  });

  it('a restart, and does so later: it is healed, and the finding is withdrawn', async () => {
    await site.withHost(async (host, name) => {
      host.allow = [];
      host.up.kingfisher = false;
      const first = alert();
      const handle = await startIncident(site.env.client, name, first);
      await untilState(handle, 'waitingForPeople');
      host.allow = ['restart'];
      host.wellForAMoment = true;
      await site.passUntil(() => host.restarts.length > 0, 'another pass');
      const { findings, outcome } = await resolvedWhenWell(handle, first);
      expect(outcome).toBe('healed');
      expect(findings).toMatchObject([{ name: 'NotAllowed', withdrawnAt: expect.any(String) as string }]);
    });
  });

  it('a clean-up: the agent refuses it, and the rest of the remedy goes on', async () => {
    await site.withHost(async (host, name) => {
      host.allow = ['restart'];
      host.diskFull = true;
      host.up.kingfisher = false;
      const first = alert();
      const result = await resolvedWhenWell(await startIncident(site.env.client, name, first), first);
      expect(found(result, 'NotAllowed').map((detail) => detail.split(':')[0])).toEqual([
        'Remove old temporary files',
        'Rotate the logs',
      ]);
      expect(result.timeline.find(({ title }) => title === 'Rotate the logs')?.status).toBe('skipped');
      expect([result.outcome, host.tempFiles]).toEqual(['healed', 3]);
    });
  });

  it('so many permissions with an approval either: nobody is asked', async () => {
    await site.withHost(async (host, name) => {
      host.wrongPermissions = 2_000_000;
      const view = await startRecovery(name);
      expect(view).toMatchObject({ outcome: 'degraded', approvals: [] });
      expect(found(view, 'UnsafeSelector')).toHaveLength(1);
    });
  });

  it('a full recovery: its dry run says so', async () => {
    await site.withHost(async (host, name) => {
      host.allow = ['restart'];
      const view = await startRecovery(name, true);
      expect(view.outcome).toBe('planned');
      expect(view.timeline).toContainEqual(
        expect.objectContaining({ title: 'A recovery would be refused on this host' }),
      );
    });
  });
});
