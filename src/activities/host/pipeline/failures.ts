import { FailureKinds, labelsText, mostFrequent } from '../../../host/pipeline/failure-kinds';
import { observeSeries } from '../../../host/series/observe-series';
import { openSetting } from '../../../host/settings-store/open';
import { HostError } from '../../../host/errors';
import { FIVE_MINUTES_MS } from '../../../shared/observations/pipeline';
import type { FailureRate, FailureTerms, FailuresState } from '../../../shared/observations/pipeline';
import { failuresStanding } from '../../../shared/observations/standing';
import type { SeriesRequest, SeriesState } from '../../../shared/observations/series';
import type { HostDeps } from '../core/deps';
import type { Pace, Reading } from '../watch/reading';

const EXAMPLE_CHARACTERS = 300;
/** From one look to the next; each takes some seconds itself. */
const EVERY_MS: Record<Pace, number> = { quick: 1_000, calm: 5_000 };

/** Failures of the window by step and reason, and what they are of. */
export async function observeFailures(
  { settings, redact }: HostDeps,
  windowMs: number,
  signal: AbortSignal,
): Promise<FailuresState> {
  const by = ['step', 'reason', 'plugin'];
  const request: SeriesRequest = { metric: 'pipelineFailures', kind: 'increase', windowMs, by };
  const series = await observeSeries(settings, request, { redact, signal });
  const failing = series.series.filter(({ value }) => value > 0);
  const kinds = new FailureKinds(settings.kingfisher.pipeline);
  const said = failing.map((one) => ({ text: labelsText(one), count: Math.round(one.value * 10) / 10 }));
  return {
    series: { ...series, series: failing },
    // The highest is the first: it is the example.
    kinds: kinds.count(said.reverse()).map((one) => ({ ...one, example: redact(one.example, EXAMPLE_CHARACTERS) })),
    plugins: mostFrequent(failing.flatMap(({ labels }) => labels['plugin'] ?? [])),
  };
}

/** How often the pipeline fails, for as long as somebody looks. What is not known is not well. */
export function failuresReading(
  deps: HostDeps,
  { atMost, withinMs, pausedBy }: FailureTerms,
  pace: Pace,
  signal: AbortSignal,
): Reading<FailureRate> {
  const seen = new SeenFailures(withinMs);
  return {
    everyMs: { well: EVERY_MS[pace], notWell: EVERY_MS[pace] },
    look: async () => {
      const { settings, redact } = deps;
      const request: SeriesRequest = { metric: 'pipelineFailures', kind: 'increase', windowMs: withinMs, by: [] };
      const [series, isPaused] = await Promise.all([
        observeSeries(settings, request, { redact, signal }),
        pausedBy === null ? false : isPausedByHalcyon(deps, pausedBy, signal),
      ]);
      const rate = { ...seen.add(series), isPaused };
      return { standing: failuresStanding(rate, atMost), observedAt: rate.observedAt, tell: () => rate };
    },
  };
}

/** Looks of a few seconds each, taken together for as long as the window is. Prometheus knows the window by itself. */
export class SeenFailures {
  private looks: { at: number; failures: number; overMs: number }[] = [];

  constructor(private readonly withinMs: number) {}

  add(series: SeriesState, now = performance.now()): Omit<FailureRate, 'isPaused'> {
    const { answer, detail, observedAt, windowMs } = series;
    if (answer !== 'ok' || windowMs <= 0) {
      // What was seen before says nothing of what came since.
      this.looks = [];
      return { per5m: null, seenMs: 0, detail, answer, observedAt };
    }
    const failures = series.series.reduce((sum, { value }) => sum + value, 0);
    const earlier = series.source === 'prometheus' ? [] : this.looks.filter(({ at }) => now - at < this.withinMs);
    this.looks = [...earlier, { at: now, failures, overMs: windowMs }];
    const seenMs = this.looks.reduce((sum, { overMs }) => sum + overMs, 0);
    const all = this.looks.reduce((sum, look) => sum + look.failures, 0);
    const per5m = Math.round(((all * FIVE_MINUTES_MS) / seenMs) * 10) / 10;
    return { per5m, seenMs, detail, answer, observedAt };
  }
}

/** By Halcyon: what people pause is theirs. False where the host has no such setting; null where it cannot be told. */
async function isPausedByHalcyon(
  { settings, run, ledger }: HostDeps,
  setting: string,
  signal: AbortSignal,
): Promise<boolean | null> {
  try {
    if (ledger.settings.find(setting) === undefined) return false;
    const { evidence, value } = await openSetting(settings, setting, { run }).store.read(signal);
    return evidence === 'present' ? value === true : evidence === 'absent' ? false : null;
  } catch (err) {
    if (err instanceof HostError && err.failure === 'NotConfigured') return false;
    if (signal.aborted) throw err;
    return null;
  }
}
