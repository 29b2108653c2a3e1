import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { Rate } from '../../../shared/figures/figures';
import type { Spread } from '../../../shared/figures/spread';
import type { DatabaseLoad } from '../../../shared/observations/latency/database-load';
import type { LatencyHistory } from '../../../shared/observations/monitoring';
import type { Chart, ReportTable } from '../../../shared/report/document';
import type { HealingReview } from '../../../shared/report/review';
import { formatDuration } from '../../../shared/text/durations';
import { counted } from '../../../shared/text/text';
import { reason } from '../../runbook/step-failures';
import type { Task } from '../task';
import { FOUR_WEEKS, spanOf } from './span';

/** What is in the way of others is page D's; here it is about what was counted. */
const TERMS = { blockedForMs: 5_000, idleForMs: 60_000, runningForMs: 5_000 };
/** A statement that takes longer than this on average is worth a look. */
const SLOW_MS = 1_000;
const STATEMENTS_TOLD = 10;
/** By so much the newest week has to be slower than the oldest one to be called so. */
const SLOWER = 1.25;

/** A part that was read, or why it could not be. Without an agent the controller still knows its own. */
type Part<T> = { value: T } | { why: string };

/** "Performance optimization review": how fast analyses are, how fast hosts are mended and by whom, what is slow in PostgreSQL. */
export const performance: Task = {
  cite: 'G.10',
  title: 'Performance review',
  async work(site) {
    const [latency, healing, database] = await Promise.all([
      part(() => site.look('P95 by week', (host) => host.observeLatencyHistory())),
      part(() => site.read('Time to heal', (control) => control.observeHealing(spanOf(site)))),
      part(() => site.look('Slow statements', (host) => host.observeDatabaseLoad(TERMS))),
    ]);
    const [fast, mended, slow] = [sayLatency(latency), sayHealing(healing), sayStatements(database)];
    const said = [fast, mended, slow];
    const isAnythingKnown = [latency, healing, database].some((one) => 'value' in one);
    const toDo = said.flatMap((one) => one.toDo ?? []);
    return {
      state: isAnythingKnown ? 'done' : 'failed',
      detail: said.map(({ detail }) => detail).join('; '),
      lines: said.flatMap(({ lines = [] }) => lines),
      charts: said.flatMap(({ charts = [] }) => charts),
      ...('value' in healing ? { table: tableOf(healing.value) } : {}),
      toDo: toDo.length === 0 ? null : toDo.join('. '),
    };
  },
};

interface Said {
  detail: string;
  lines?: string[];
  charts?: Chart[];
  toDo?: string;
}

async function part<T>(read: () => Promise<T>): Promise<Part<T>> {
  try {
    return { value: await read() };
  } catch (err) {
    if (isCancellation(err)) throw err;
    // A bug in the workflow must stop its task, and not look like something that cannot be read.
    if (!(err instanceof ActivityFailure || err instanceof ApplicationFailure)) throw err;
    return { why: reason(err) };
  }
}

function sayLatency(latency: Part<LatencyHistory>): Said {
  if (!('value' in latency)) return { detail: `the P95 by week is not known: ${latency.why}` };
  const { name, weeks, days } = latency.value;
  const [first, last] = [weeks[0], weeks.at(-1)];
  if (first === undefined || last === undefined) {
    return { detail: `the P95 by week is not known: Prometheus has no analysis (${name}) of ${FOUR_WEEKS}` };
  }
  const detail = `P95 of analyses ${secondsText(last[1])} in the week to ${day(last[0])}`;
  const lines = weeks.map(([at, seconds]) => `P95 in the week to ${day(at)}: ${secondsText(seconds)}`);
  const series = [
    { name: 'by day', points: days },
    { name: 'by week', points: weeks },
  ];
  const charts = [
    { title: 'P95 of the analysis time', unit: 's', series: series.filter((one) => one.points.length > 1) },
  ];
  const isSlower = weeks.length > 1 && last[1] > first[1] * SLOWER;
  return {
    ...{ detail, lines, charts: charts.filter((chart) => chart.series.length > 0) },
    ...(isSlower
      ? {
          toDo: `See why analyses take longer: P95 ${secondsText(first[1])} to ${secondsText(last[1])} in ${FOUR_WEEKS}`,
        }
      : {}),
  };
}

function sayHealing(healing: Part<HealingReview>): Said {
  if (!('value' in healing)) return { detail: `who mended what is not known: ${healing.why}` };
  const { all, runbooks, weeks, source, detail: why } = healing.value;
  const left = runbooks.filter(({ healRate: { count, of } }) => count < of);
  const points = weeks.flatMap(({ from, healRate: { share } }): [number, number][] =>
    share === null ? [] : [[Date.parse(from), Math.round(share * 100)]],
  );
  const medians = weeks.flatMap(({ from, timeToHeal }): [number, number][] =>
    timeToHeal === null ? [] : [[Date.parse(from), Math.round(timeToHeal.medianMs / 1_000)]],
  );
  return {
    detail: `Halcyon healed ${rateText(all.healRate)} in ${FOUR_WEEKS}`,
    lines: source === 'record' ? [] : [`by Temporal alone, so the time to heal is not known: ${why}`],
    charts: [
      chart('Healed by Halcyon, of all that had to be mended', '%', 'by week', points),
      chart('Time to heal', 's', 'median by week', medians),
    ].filter(({ series }) => series[0]!.points.length > 1),
    ...(left.length === 0
      ? {}
      : { toDo: `See why Halcyon did not heal all of ${left.map(({ runbook }) => runbook).join(', ')}` }),
  };
}

function sayStatements(database: Part<DatabaseLoad>): Said {
  if (!('value' in database)) return { detail: `slow statements are not known: ${database.why}` };
  const { counted: extension, statements } = database.value;
  if (extension !== 'present') return { detail: `slow statements are not known: pg_stat_statements is ${extension}` };
  const slow = statements.filter(({ meanMs }) => meanMs >= SLOW_MS);
  const lines = statements
    .slice(0, STATEMENTS_TOLD)
    .map(({ shape, calls, meanMs }) => `${meanMs} ms × ${calls}: ${shape}`);
  return {
    ...{ detail: `${counted(slow.length, 'statement')} slower than ${formatDuration(SLOW_MS)} on average`, lines },
    ...(slow.length === 0
      ? {}
      : { toDo: `EXPLAIN the statements that are slower than ${formatDuration(SLOW_MS)} on average` }),
  };
}

function tableOf({ runbooks, all }: HealingReview): ReportTable {
  const row = (name: string, { ended, healRate, timeToHeal }: HealingReview['all']) => [
    ...[name, String(ended), rateText(healRate), timeText(timeToHeal, 'medianMs'), timeText(timeToHeal, 'worstMs')],
  ];
  const head = ['Runbook', 'Ended', 'Healed by Halcyon', 'Time to heal, median', 'worst'];
  return { head, rows: [...runbooks.map((one) => row(one.runbook, one)), row('all', all)] };
}

function chart(title: string, unit: string, name: string, points: [number, number][]): Chart {
  return { title, unit, series: [{ name, points }] };
}

/** `3 of 4 (75 %)` */
function rateText({ count, of, share }: Rate): string {
  return share === null
    ? 'nothing: no incident that ended had to be mended'
    : `${count} of ${of} (${Math.round(share * 100)} %)`;
}

function timeText(spread: Spread | null, of: 'medianMs' | 'worstMs'): string {
  return spread === null ? '-' : formatDuration(spread[of]);
}

function secondsText(seconds: number): string {
  return formatDuration(seconds * 1_000);
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
