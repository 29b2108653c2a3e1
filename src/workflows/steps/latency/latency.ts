import type { RunbookPolicy } from '../../../shared/incident';
import type { LatencyState, LatencyTerms } from '../../../shared/observations/latency/latency';
import type { Verdict } from '../../../shared/observations/readings';
import type { SeriesState } from '../../../shared/observations/series';
import { WELL, latencyStanding } from '../../../shared/observations/standing';
import { formatDuration, roughDuration } from '../../../shared/text/durations';
import type { HostSteps, StepReport } from '../../runbook/host-steps';
import { observeSeries } from '../kingfisher/series';

/** Steps on how long analyses take. */

/** `runbooks.analysisLatency.limits`. */
export interface LatencyLimits {
  latencyP95Ms: number;
  latencyOverMs: number;
  fallsWithinMs: number;
  loadOverMs: number;
  cpuPercent: number;
  iowaitPercent: number;
  diskBusyPercent: number;
  openaiFirstByteMs: number;
  maxWorkers: number;
  reduceForMs: number;
  fallbackForMs: number;
  blockedForMs: number;
  idleForMs: number;
  runningForMs: number;
}

const DEFAULTS: LatencyLimits = {
  latencyP95Ms: 30_000,
  latencyOverMs: 60_000,
  fallsWithinMs: 300_000,
  loadOverMs: 3_000,
  cpuPercent: 90,
  iowaitPercent: 20,
  diskBusyPercent: 90,
  openaiFirstByteMs: 3_000,
  maxWorkers: 4,
  reduceForMs: 7_200_000,
  fallbackForMs: 3_600_000,
  blockedForMs: 5_000,
  idleForMs: 60_000,
  runningForMs: 5_000,
};

/** A host that is asked to by an older controller has none. */
export function latencyLimits({ limits }: RunbookPolicy): LatencyLimits {
  return { ...DEFAULTS, ...limits };
}

/** What is well: 95 of 100 analyses within the limit. */
export function latencyTerms(policy: RunbookPolicy): LatencyTerms {
  const { latencyP95Ms, latencyOverMs } = latencyLimits(policy);
  return { atMostMs: latencyP95Ms, withinMs: latencyOverMs };
}

/** `curl …/metrics | grep analysis_duration`: P95 of the alert's own window. */
export function observeP95(cite: string, windowMs: number, steps: HostSteps): Promise<SeriesState | undefined> {
  return observeSeries({ cite, title: 'P95 of the analysis time, seconds' }, steps, {
    metric: 'analysisDuration',
    kind: 'quantile',
    quantile: 0.95,
    windowMs,
    by: [],
  });
}

/** One look may ask Prometheus in vain, then `/metrics` twice, and then for what waits. */
const LOOK_MS = 15_000;

/** How long analyses take now, by one look. */
export async function observeLatency(cite: string, steps: HostSteps): Promise<LatencyState | undefined> {
  const terms = latencyTerms(steps.policy);
  const verdict = await steps.wait(
    { cite, title: 'How long analyses take now' },
    LOOK_MS,
    (host) => host.waitUntil({ reading: 'latency', ...terms, windowMs: 0, deadlineMs: 0 }),
    ({ last }) => describeLatency(last, terms.atMostMs),
    'look',
  );
  return verdict?.last;
}

/** Fast enough, for as long as it is looked at together. */
export async function verifyLatency(cite: string, steps: HostSteps): Promise<Verdict<LatencyState> | undefined> {
  const { fallsWithinMs, latencyOverMs: windowMs } = latencyLimits(steps.policy);
  const terms = latencyTerms(steps.policy);
  const deadlineMs = fallsWithinMs + windowMs;
  const verdict = await steps.wait(
    { cite, title: 'Verify: analyses are fast enough' },
    deadlineMs,
    (host) => host.waitUntil({ reading: 'latency', ...terms, windowMs, deadlineMs }),
    (seen) => describeVerdict(seen, terms),
  );
  if (verdict?.holds === true) steps.seenWellAt = Date.now();
  return verdict;
}

/** `P95 is 42 s, above 30 s (seen over 1 m)` */
export function describeLatency(latency: LatencyState, atMostMs: number): Exclude<StepReport, string> {
  const standing = latencyStanding(latency, atMostMs);
  const isWell = standing === WELL;
  const { p95Ms, seenMs, backlog, detail, answer } = latency;
  const report = (text: string): Exclude<StepReport, string> => {
    return { status: isWell ? 'done' : 'notSo', detail: text, condition: isWell ? 'well' : 'notReady' };
  };
  if (answer !== 'ok') return report(`not known: ${detail === '' ? answer : detail}`);
  const seen = `seen over ${formatDuration(seenMs)}`;
  if (p95Ms !== null) {
    const limit = formatDuration(atMostMs);
    return report(`P95 is ${formatDuration(p95Ms)}, ${isWell ? 'at most' : 'above'} ${limit} (${seen})`);
  }
  const waiting = backlog === null ? 'whether any waits is not known' : `${backlog} wait`;
  return report(`no analysis ended (${seen}); ${waiting}`);
}

function describeVerdict({ holds, waitedMs, last }: Verdict<LatencyState>, { atMostMs }: LatencyTerms): StepReport {
  const { detail } = describeLatency(last, atMostMs);
  if (holds) return { status: 'done', detail, condition: 'well' };
  return { status: 'notSo', detail: `${roughDuration(waitedMs)} later: ${detail}`, condition: 'notReady' };
}
