import { closingId } from '../../../src/shared/ids';
import { acknowledgedSignal, closedSignal } from '../../../src/workflows/messages';
import type { PageKind } from '../../../src/activities/control/types';
import type { DutyStretch } from '../../../src/shared/paging/duty';
import { MINUTE, PLAN, startEscalation, subject } from '../../support/escalations';
import { sampleOf } from '../../../lab/support/random';
import { SEED, sizeOf } from '../../support/sample';
import { ScriptedControl } from '../../support/scripted/scripted-control';
import { waitFor } from '../../support/wait-for';
import { WorkflowSite } from '../../support/sites/workflow-site';

const DAY_MS = 24 * 60 * MINUTE;

/** Minutes after the alert's start. */
type Scenario = { name: string; ack?: number; close: number };

const SCENARIOS: Scenario[] = [
  { name: 'nobody acknowledges', close: 90 },
  { name: 'acknowledged at 5', ack: 5, close: 90 },
  { name: 'acknowledged at 20', ack: 20, close: 90 },
  { name: 'acknowledged at 40', ack: 40, close: 90 },
  { name: 'closed at 5', close: 5 },
  { name: 'closed at 20', close: 20 },
  { name: 'closed at 40', close: 40 },
  { name: 'closed at 70', close: 70 },
];

/** The matrix of the document, written down once more: minute of each tier by scenario; an acknowledgement lasts 30, and overdue tiers come 5 apart. */
const MINUTES: Record<string, number[]> = {
  'nobody acknowledges': [15, 30, 60],
  'acknowledged at 5': [35, 40, 60],
  'acknowledged at 20': [15, 50, 60],
  'acknowledged at 40': [15, 30, 70],
  'closed at 5': [],
  'closed at 20': [15],
  'closed at 40': [15, 30],
  'closed at 70': [15, 30, 60],
};

/** 08:00 to 21:59 Trading AI, else Platform; the other one second; the manager third. */
function expected(startMinute: number, { name }: Scenario): string[] {
  const minutes = MINUTES[name]!;
  const hour = Math.floor(((startMinute + (minutes[0] ?? 0)) / 60) % 24);
  const day = hour >= 8 && hour < 22;
  const teams = [day ? 'Trading AI' : 'Platform', day ? 'Platform' : 'Trading AI', 'Engineering manager'];
  return minutes.map((minute, index) => `${minute} ${teams[index]}`);
}

const BATCH = 8;
const QUARTERS = Array.from({ length: 96 }, (_, quarter) => quarter);
/** Before and after the teams change, at 08:00 and 22:00, and around midnight: an error of a minute shows there. */
const EDGES = [0, 30, 31, 32, 86, 87, 88, 95];

let site: WorkflowSite;
const control = new ScriptedControl();

beforeAll(async () => {
  site = await WorkflowSite.up({ control: control.activities() });
});
afterAll(async () => {
  await site?.down();
});

/**
 * Eight quarter hours at a time, which all begin at one moment, midnight by the server's clock, with duty hours that are
 * turned by their start: what is tested is the hour of duty at which an escalation begins, not the date.
 */
it('pages the right team at the right minute, nobody twice and nobody after the close', async () => {
  const count = sizeOf('the matrix, quarter hours', { full: QUARTERS.length, sample: 2 * BATCH });
  const others = QUARTERS.filter((quarter) => !EDGES.includes(quarter));
  const quarters = [...EDGES, ...sampleOf(others, count - EDGES.length, SEED)];
  const runs: Run[] = [];
  await site.withController(async () => {
    for (let at = 0; at < count; at += BATCH) runs.push(...(await runBatch(quarters.slice(at, at + BATCH))));
  });
  expect(runs).toHaveLength(count * SCENARIOS.length);
  const wrong = runs.filter((run) => JSON.stringify(paged(run)) !== JSON.stringify(expected(run.minute, run.scenario)));
  expect(wrong.map((run) => [run.minute, run.scenario.name, paged(run), expected(run.minute, run.scenario)])).toEqual(
    [],
  );
  expect(twice()).toEqual([]);
  expect(runs.filter((run) => !everyoneHeard(run)).map((run) => [run.minute, run.scenario.name])).toEqual([]);
}, 1_200_000);

async function runBatch(quarters: number[]): Promise<Run[]> {
  const midnight = Math.ceil((await site.env.currentTimeMs()) / DAY_MS) * DAY_MS;
  await until(midnight);
  const runs = (await Promise.all(quarters.map((quarter) => beginAll(midnight, quarter * 15)))).flat();
  for (const minute of [5, 20, 40, 70, 90]) {
    // The test server refuses to cancel a timer that fires while the workflow task runs: people act a little later.
    await until(midnight + (minute + 0.5) * MINUTE);
    await Promise.all(runs.map((run) => act(run, minute)));
  }
  // Not by the handle's `result`, which would unlock the clock once for each.
  await waitFor(async () => (await openRuns(runs)) === 0, { what: 'the ends', deadlineMs: 60_000, everyMs: 200 });
  return runs;
}

interface Run {
  about: ReturnType<typeof subject>;
  handle: Awaited<ReturnType<typeof startEscalation>>;
  minute: number;
  scenario: Scenario;
  startsAt: number;
}

async function until(time: number): Promise<void> {
  const left = time - (await site.env.currentTimeMs());
  if (left > 0) await site.env.sleep(left);
}

async function beginAll(midnight: number, minute: number): Promise<Run[]> {
  const plan = { ...PLAN, duty: PLAN.duty.map((one) => turned(one, minute)) };
  return await Promise.all(
    SCENARIOS.map(async (scenario) => {
      const about = subject(midnight);
      const handle = await startEscalation(site.env, about, plan);
      return { about, handle, minute, scenario, startsAt: midnight };
    }),
  );
}

/** Hours that are at midnight what the true ones are at `minute`. */
function turned({ team, from, to }: DutyStretch, minute: number): DutyStretch {
  const turn = (time: string) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    const turnedMinute = (hours * 60 + minutes - minute + 1_440) % 1_440;
    return new Date(turnedMinute * MINUTE).toISOString().slice(11, 16);
  };
  return { team, from: turn(from), to: turn(to) };
}

async function openRuns(runs: Run[]): Promise<number> {
  const statuses = await Promise.all(runs.map(async ({ handle }) => await statusOf(handle)));
  expect(statuses.filter((status) => status !== 'RUNNING' && status !== 'COMPLETED')).toEqual([]);
  return statuses.filter((status) => status === 'RUNNING').length;
}

/** Of the clock, and of who tells its end. */
async function statusOf(handle: Run['handle']): Promise<string> {
  const { name } = (await handle.describe()).status;
  if (name !== 'COMPLETED') return name;
  const told = site.env.client.workflow.getHandle(closingId(handle.workflowId, handle.firstExecutionRunId));
  return (await told.describe()).status.name;
}

async function act({ handle, scenario, startsAt }: Run, now: number): Promise<void> {
  if (scenario.ack === now) {
    const at = new Date(startsAt + (scenario.ack + 30) * MINUTE).toISOString();
    await handle.signal(acknowledgedSignal, { as: 'anna', until: at });
  }
  if (scenario.close === now) await handle.signal(closedSignal, { outcome: 'healed', summary: '' });
}

/** Tiers by PagerDuty, which every team has: `15 Platform`. Up to 59 s late counts as that minute. */
function paged({ about, startsAt }: Run): string[] {
  const pages = control.tiers(about.workflowId, 'pagerduty');
  return pages.map(({ at, team }) => `${Math.floor((at - startsAt) / MINUTE)} ${team}`);
}

/** Pages of one tier or one team that came more than once over a channel. */
function twice(): string[] {
  const seen = new Set<string>();
  return control.received
    .filter(({ page }) => page.kind === 'tier')
    .map(({ workflowId, channel, team }) => `${workflowId} ${channel} ${team}`)
    .filter((page) => seen.size === seen.add(page).size);
}

/** Each channel that a page came through hears of the close, and nothing is paged after it. */
function everyoneHeard({ about }: Run): boolean {
  const isSilent = (page: PageKind) => page.kind === 'closed' && page.isSilent === true;
  const all = control.received.filter(({ workflowId, page }) => workflowId === about.workflowId && !isSilent(page));
  const channels = (kind: string) =>
    all.filter(({ page }) => page.kind === kind).map((one) => `${one.channel} ${one.team}`);
  const firstClose = all.findIndex(({ page }) => page.kind === 'closed');
  const lastTier = all.findLastIndex(({ page }) => page.kind === 'tier');
  const isAfter = firstClose === -1 ? lastTier === -1 : firstClose > lastTier;
  return isAfter && JSON.stringify(channels('tier').sort()) === JSON.stringify(channels('closed').sort());
}
