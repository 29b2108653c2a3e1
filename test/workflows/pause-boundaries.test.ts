import { Context } from '@temporalio/activity';
import { guardId } from '../../src/shared/ids';
import type { IncidentResult, IncidentView } from '../../src/shared/incident';
import type { ScriptedHost } from '../../src/simulate/scripted-host';
import { closeUpdate, pauseUpdate, timelineQuery } from '../../src/workflows/messages';
import { alert, incidentInput, startIncident } from '../support/incidents';
import { SAFETY } from '../support/safety';
import { waitFor } from '../support/wait-for';
import { WorkflowSite } from '../support/workflow-site';

/** Within this time after a pause, what was permitted before may still begin. */
const WITHIN_MS = 5_000;

jest.setTimeout(180_000);

let site: WorkflowSite;

beforeEach(async () => {
  site = await WorkflowSite.up();
});
afterEach(async () => {
  await site?.down();
});

/** The agent is at work on a step for longer than a pause may take to count. */
async function workOn(): Promise<void> {
  const until = Date.now() + WITHIN_MS + 500;
  await waitFor(
    () => {
      Context.current().heartbeat();
      return Date.now() > until;
    },
    { what: 'the step', deadlineMs: 60_000, everyMs: 200 },
  );
}

/** Pauses in the middle of the first `step`; resolves with what began too late. */
function pauseIn(step: string, host: ScriptedHost, name: string): string[] {
  const late: string[] = [];
  let pausedAt: number | undefined;
  host.before = async (activity) => {
    const isLate = pausedAt !== undefined && Date.now() - pausedAt > WITHIN_MS;
    if (isLate && activity.startsWith('ensure')) late.push(activity);
    if (activity !== step || pausedAt !== undefined) return;
    pausedAt = Infinity;
    const guard = site.env.client.workflow.getHandle(guardId(name));
    await guard.executeUpdate(pauseUpdate, { args: [{ by: 'anna', reason: 'a look at the host', for: '2h' }] });
    pausedAt = Date.now();
    await workOn();
  };
  return late;
}

/** Promise 5: the steps that run finish, no other begins but an undo, and people are paged. */
it.each(['ensureRestarted', 'ensureBackup', 'ensureStopped'])(
  'a pause in the middle of %s of a full recovery',
  async (step) => {
    await site.withHost(async (host, name) => {
      const late = pauseIn(step, host, name);
      const now = new Date(await site.env.currentTimeMs()).toISOString();
      const handle = await startIncident(
        site.env.client,
        name,
        alert({ startsAt: now, receivedAt: now }),
        incidentInput(name, {
          runbook: 'emergencyRecovery',
          safety: SAFETY,
          recovery: { dryRun: false, onlyUnhealthy: false },
          startedBy: { who: 'bela', reason: 'a test' },
        }),
      );
      const view = (): Promise<IncidentView> => handle.query(timelineQuery);
      await waitFor(async () => ['closed', 'waitingForPeople'].includes((await view()).state), {
        what: 'the end of the steps',
        deadlineMs: 90_000,
      });
      expect(late.filter((activity) => activity !== 'ensureStarted')).toEqual([]);
      // Stopped by Halcyon: its start is the undo, and none of a pause's business.
      expect(host.up.kingfisher).toBe(true);
      expect((await view()).findings.map((finding) => finding.name)).toContain('ChangeRefused');
      await waitFor(() => site.pagers.tiersOf(handle.workflowId).length > 0, { what: 'a page at once' });
      if ((await view()).state === 'waitingForPeople') {
        await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'looked' }] });
      }
      expect(((await handle.result()) as IncidentResult).outcome).not.toBe('healed');
    });
  },
);
