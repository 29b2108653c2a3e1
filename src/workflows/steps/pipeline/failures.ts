import type { RunbookPolicy } from '../../../shared/incident';
import { FIVE_MINUTES_MS } from '../../../shared/observations/pipeline';
import type {
  ErrorLines,
  FailureRate,
  FailureTerms,
  FailuresState,
  KindCount,
} from '../../../shared/observations/pipeline';
import type { Verdict } from '../../../shared/observations/readings';
import { failuresStanding, WELL } from '../../../shared/observations/standing';
import { formatDuration, roughDuration } from '../../../shared/text/durations';
import type { HostSteps, StepReport } from '../../runbook/host-steps';
import { describeSeries } from '../kingfisher/series';

/** Steps on what of KingFisher's pipeline fails, and how often. */

/** The setting that keeps KingFisher from trying, as the host's configuration names it, while it is `true`. */
export const PAUSE = 'automation.paused';

/** `runbooks.pipelineFailures.limits`. */
export interface FailureLimits {
  failuresPer5m: number;
  pauseAbovePer5m: number;
  sharePercent: number;
  openaiMaxQps: number;
  rateOverMs: number;
  fallsWithinMs: number;
  imagesOfMs: number;
  pauseForMs: number;
  reduceForMs: number;
}

const DEFAULTS: FailureLimits = {
  failuresPer5m: 5,
  pauseAbovePer5m: 20,
  sharePercent: 20,
  openaiMaxQps: 4,
  rateOverMs: 60_000,
  fallsWithinMs: 180_000,
  imagesOfMs: 3_600_000,
  pauseForMs: 3_600_000,
  reduceForMs: 7_200_000,
};

/** A host that is asked to by an older controller has none. */
export function failureLimits({ limits }: RunbookPolicy): FailureLimits {
  return { ...DEFAULTS, ...limits };
}

/** What is well: few failures, and not because automation is paused. */
export function failureTerms(policy: RunbookPolicy): FailureTerms {
  const { failuresPer5m, rateOverMs } = failureLimits(policy);
  return { atMost: failuresPer5m, withinMs: rateOverMs, pausedBy: PAUSE };
}

/** By how much failures rose in the alert's window, by step and reason. */
export function observeFailures(cite: string, windowMs: number, steps: HostSteps): Promise<FailuresState | undefined> {
  return steps.observe(
    { cite, title: 'Failures by step and reason' },
    (host) => host.observeFailures({ windowMs }),
    ({ series }) => describeSeries(series),
  );
}

/** Errors in the log within the alert's window. */
export function observeErrors(cite: string, windowMs: number, steps: HostSteps): Promise<ErrorLines | undefined> {
  return steps.observe(
    { cite, title: `Errors in the log of the last ${formatDuration(windowMs)}` },
    (host) => host.observeErrorLines({ windowMs }),
    describeErrors,
  );
}

/** How often it fails now, by one look. */
export async function observeRate(cite: string, steps: HostSteps): Promise<FailureRate | undefined> {
  const terms = failureTerms(steps.policy);
  const verdict = await steps.wait(
    { cite, title: 'How often the pipeline fails now' },
    0,
    (host) => host.waitUntil({ reading: 'pipelineFailures', ...terms, windowMs: 0, deadlineMs: 0 }),
    ({ last }) => describeRate(last, terms.atMost),
    'look',
  );
  return verdict?.last;
}

/** Few failures, for as long as they are counted together; with automation at work. */
export async function verifyFailures(cite: string, steps: HostSteps): Promise<Verdict<FailureRate> | undefined> {
  const verdict = await untilFailuresFall({ cite, title: 'Verify: the pipeline fails seldom' }, steps);
  if (verdict?.holds === true) steps.seenWellAt = Date.now();
  return verdict;
}

/** Few failures, be it because automation is paused. */
export async function awaitFall(cite: string, steps: HostSteps): Promise<boolean> {
  const step = { cite, title: 'Failures fall while automation is paused' };
  return (await untilFailuresFall(step, steps, null))?.holds === true;
}

async function untilFailuresFall(
  step: { cite: string; title: string },
  steps: HostSteps,
  pausedBy: string | null = PAUSE,
): Promise<Verdict<FailureRate> | undefined> {
  const { fallsWithinMs, rateOverMs } = failureLimits(steps.policy);
  const terms = { ...failureTerms(steps.policy), pausedBy };
  const windowMs = pausedBy === null ? 0 : rateOverMs;
  const deadlineMs = fallsWithinMs + windowMs;
  return await steps.wait(
    step,
    deadlineMs,
    (host) => host.waitUntil({ reading: 'pipelineFailures', ...terms, windowMs, deadlineMs }),
    (verdict) => describeVerdict(verdict, terms),
    pausedBy === null ? 'look' : 'verification',
  );
}

/** `31 in 5 m at this pace, more than 5 (seen over 1 m)` */
export function describeRate(rate: FailureRate, atMost: number): Exclude<StepReport, string> {
  const standing = failuresStanding(rate, atMost);
  const { per5m, seenMs, detail } = rate;
  const isWell = standing === WELL;
  if (per5m === null) {
    return { status: 'notSo', detail: `not known: ${detail === '' ? rate.answer : detail}`, condition: 'notReady' };
  }
  const counted = `${per5m < 10 ? per5m : Math.round(per5m)} in ${formatDuration(FIVE_MINUTES_MS)}`;
  const isDrawnOut = per5m > 0 && seenMs < FIVE_MINUTES_MS;
  const said = `${counted}${isDrawnOut ? ' at this pace' : ''}, ${per5m > atMost ? 'more than' : 'at most'} ${atMost}`;
  const seen = `seen over ${formatDuration(seenMs)}`;
  const besides = isWell || per5m > atMost ? '' : `; ${standing}`;
  const text = `${said} (${seen})${besides}`;
  return { status: isWell ? 'done' : 'notSo', detail: text, condition: isWell ? 'well' : 'notReady' };
}

function describeVerdict({ holds, waitedMs, last }: Verdict<FailureRate>, { atMost }: FailureTerms): StepReport {
  const { detail } = describeRate(last, atMost);
  if (holds) return { status: 'done', detail, condition: 'well' };
  return { status: 'notSo', detail: `${roughDuration(waitedMs)} later: ${detail}`, condition: 'notReady' };
}

/** `service.log: 41 errors: 38 rateLimit, 3 other. Last of rateLimit: …` */
export function describeErrors({ path, evidence, errors, kinds, partial }: ErrorLines): StepReport {
  if (evidence !== 'present') return { status: 'notSo', detail: `${path} is ${evidence}` };
  const more = partial === '' ? '' : ` (${partial})`;
  if (errors === 0) return `${path}: no errors${more}`;
  const [first] = kinds;
  const example = first === undefined ? '' : `. Last of ${first.kind}: ${first.example}`;
  return `${path}: ${errors} errors: ${kinds.map(kindText).join(', ')}${more}${example}`;
}

export function kindText({ kind, count }: Pick<KindCount, 'kind' | 'count'>): string {
  return `${count} ${kind}`;
}
