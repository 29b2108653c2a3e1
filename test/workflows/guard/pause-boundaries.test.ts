import { Context } from '@temporalio/activity';
import { guardId } from '../../../src/shared/ids';
import type { IncidentInput, IncidentView } from '../../../src/shared/incident';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { closeUpdate, pauseUpdate, timelineQuery } from '../../../src/workflows/messages';
import { alert, incidentInput, startIncident } from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

/** Within this time after a pause, what was permitted before may still begin. */
const WITHIN_MS = 5_000;

/** On a real server, where the runs with a pause in each of the steps go on at the same time. */
let site: WorkflowSite;

beforeAll(async () => {
  site = await WorkflowSite.up({ startServer: startLocal });
});
afterAll(async () => {
  await site?.down();
});

interface Scenario {
  name: string;
  input: Partial<IncidentInput>;
  prepare: (host: ScriptedHost) => void;
}

const SCENARIOS: Scenario[] = [
  {
    name: 'a full recovery',
    input: {
      runbook: 'emergencyRecovery',
      recovery: { dryRun: false, onlyUnhealthy: false },
      startedBy: { who: 'bela', reason: 'a test' },
    },
    prepare: () => undefined,
  },
  {
    name: 'runbook A',
    input: {},
    prepare: (host) => {
      host.up.kingfisher = false;
      host.broken.add('kingfisher');
      host.up.redis = false;
    },
  },
];

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

interface Paused {
  step: string;
  /** Changes that began too late. */
  late: string[];
  isUp: boolean;
  isRefused: boolean;
  isPaged: boolean;
}

async function play(scenario: Scenario, step: string): Promise<{ result: Paused; calls: string[] }> {
  return await site.onHost(async (host, name) => {
    scenario.prepare(host);
    const late = pauseIn(step, host, name);
    const input = incidentInput(name, { safety: SAFETY, ...scenario.input });
    const handle = await startIncident(site.env.client, name, alert({ startsAt: new Date().toISOString() }), input);
    const view = (): Promise<IncidentView> => handle.query(timelineQuery);
    const { state, findings } = await waitFor(
      async () => {
        const now = await view();
        return ['closed', 'waitingForPeople', 'waitingForApproval'].includes(now.state) ? now : undefined;
      },
      { what: `the end of the steps, paused in ${step}`, deadlineMs: 120_000 },
    );
    const isRefused = findings.some((finding) => finding.name === 'ChangeRefused');
    const isPaged = () => site.pagers.tiersOf(handle.workflowId).length > 0;
    if (isRefused) await waitFor(isPaged, { what: `a page at once, paused in ${step}`, deadlineMs: 30_000 });
    if (state !== 'closed') await handle.executeUpdate(closeUpdate, { args: [{ as: 'anna', reason: 'looked' }] });
    await handle.result();
    return {
      result: { step, late, isUp: host.up.kingfisher, isRefused, isPaged: isPaged() },
      calls: [...new Set<string>(host.calls)],
    };
  });
}

/** Promise 5: the steps that run finish, no other begins but an undo, and people are paged. */
it.each(SCENARIOS)(
  'a pause in the middle of each of the steps of $name',
  async (scenario) => {
    const played = await site.withController(async () => {
      const { calls } = await play(scenario, 'none');
      expect(calls.length).toBeGreaterThan(5);
      return await Promise.all(calls.map(async (step) => await play(scenario, step)));
    });
    const results = played.map(({ result }) => result);

    // Stopped by Halcyon: its start is the undo, and none of a pause's business.
    const late = results.map((one) => ({ ...one, late: one.late.filter((activity) => activity !== 'ensureStarted') }));
    expect(late.filter((one) => one.late.length > 0)).toEqual([]);
    expect(results.filter((one) => one.isRefused && !one.isPaged)).toEqual([]);
    expect(results.filter((one) => one.isRefused).length).toBeGreaterThanOrEqual(3);
    if (scenario.input.runbook === 'emergencyRecovery') expect(results.filter((one) => !one.isUp)).toEqual([]);
  },
  240_000,
);
