import { observeSeries } from '../../../host/series/observe-series';
import type { LatencyState, LatencyTerms } from '../../../shared/observations/latency/latency';
import type { SeriesRequest, SeriesState } from '../../../shared/observations/series';
import { latencyStanding } from '../../../shared/observations/standing';
import type { HostDeps } from '../core/deps';
import type { Pace, Reading } from '../watch/reading';

/** From one look to the next; each takes some seconds itself. */
const EVERY_MS: Record<Pace, number> = { quick: 1_000, calm: 10_000 };
/**
 * For how long the last analysis that was seen still tells how long one takes. For hours analyses may be rare: each pause
 * between two is no news.
 */
const TELLS_FOR_MS: Record<Pace, number> = { quick: 0, calm: 600_000 };

/** How long analyses take, for as long as somebody looks. What is not known is not well. */
export function latencyReading(
  { settings, redact }: HostDeps,
  { atMostMs, withinMs }: LatencyTerms,
  pace: Pace,
  signal: AbortSignal,
): Reading<LatencyState> {
  const seen = new SeenLatency(withinMs, TELLS_FOR_MS[pace]);
  const quantile: SeriesRequest = {
    metric: 'analysisDuration',
    kind: 'quantile',
    quantile: 0.95,
    windowMs: withinMs,
    by: [],
  };
  const backlog: SeriesRequest = { metric: 'analysisBacklog', kind: 'now', by: [] };
  return {
    everyMs: { well: EVERY_MS[pace], notWell: EVERY_MS[pace] },
    look: async () => {
      const latency = seen.add(await observeSeries(settings, quantile, { redact, signal }));
      const isIdle = latency.answer === 'ok' && latency.p95Ms === null;
      const waiting = isIdle ? valueOf(await observeSeries(settings, backlog, { redact, signal })) : null;
      const state = { ...latency, backlog: waiting };
      return { standing: latencyStanding(state, atMostMs), observedAt: state.observedAt, tell: () => state };
    },
  };
}

/** Looks of a few seconds each, taken together for as long as the window is: the slowest counts. */
export class SeenLatency {
  private looks: { at: number; p95Ms: number; overMs: number }[] = [];

  constructor(
    private readonly withinMs: number,
    private readonly tellsForMs: number,
  ) {}

  add(series: SeriesState, now = performance.now()): Omit<LatencyState, 'backlog'> {
    const { answer, detail, observedAt, windowMs } = series;
    if (answer !== 'ok') {
      // What was seen before says nothing of what came since.
      this.looks = [];
      return { p95Ms: null, seenMs: 0, detail, answer, observedAt };
    }
    const p95Ms = p95Of(series);
    // Prometheus knows the window by itself.
    const isWhole = series.source === 'prometheus' && p95Ms !== undefined;
    const newest = this.looks.at(-1);
    this.looks = this.looks.filter((look) => {
      const keptMs = look === newest ? Math.max(this.withinMs, this.tellsForMs) : this.withinMs;
      return !isWhole && now - look.at < keptMs;
    });
    if (p95Ms !== undefined) this.looks.push({ at: now, p95Ms, overMs: windowMs });
    // One that is older than the window tells only where there is none within it.
    const within = this.looks.filter(({ at }) => now - at < this.withinMs);
    const counted = within.length === 0 ? this.looks : within;
    return {
      p95Ms: counted.length === 0 ? null : Math.max(...counted.map((look) => look.p95Ms)),
      seenMs: counted.length === 0 ? windowMs : counted.reduce((sum, { overMs }) => sum + overMs, 0),
      detail,
      answer,
      observedAt,
    };
  }
}

/** The histogram counts seconds. */
function p95Of({ series }: SeriesState): number | undefined {
  const [highest] = series;
  return highest === undefined ? undefined : Math.round(highest.value * 1_000);
}

function valueOf({ answer, series }: SeriesState): number | null {
  return answer === 'ok' ? (series[0]?.value ?? null) : null;
}
