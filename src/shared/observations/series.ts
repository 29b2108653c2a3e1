import type { Answer } from './probes';

/** Metrics of KingFisher that runbooks ask for, in Halcyon's words: `agent.kingfisher.metrics` says how a site calls them. */
export const METRICS = [
  'pipelineFailures',
  'securityViolations',
  'analysisDuration',
  'analysisBacklog',
  'databaseConnections',
  'databaseConnectionsMax',
  'outboxPending',
  'imagesDownloaded',
] as const;

export type MetricWord = (typeof METRICS)[number];

/**
 * What is asked of one metric: by how much a counter rose in a window, what a gauge is now, or a quantile of a histogram in
 * a window (0 to 1). `by`: labels that are told apart; what has the same of them is one series.
 */
export type SeriesRequest = { metric: MetricWord; by: string[] } & (
  { kind: 'increase'; windowMs: number } | { kind: 'now' } | { kind: 'quantile'; quantile: number; windowMs: number }
);

/** One series: its labels of `by`, and what was asked for. */
export interface Series {
  labels: Record<string, string>;
  /** `NaN` and infinities are left out: they say nothing. */
  value: number;
}

/**
 * What is known of a metric. Only `ok` says anything about it, and then no series means that nothing happened; `absent`:
 * nobody exposes it, so nothing is known. The others are those of an endpoint.
 */
export interface SeriesState {
  /** As the site calls it. */
  name: string;
  answer: Answer | 'absent';
  /** Prometheus over the whole window, or the service's own `/metrics`. */
  source: 'prometheus' | 'metrics';
  /** Over which time it was in fact seen, milliseconds; 0 for `now`. */
  windowMs: number;
  /** The highest first, at most `SERIES_LIMIT`. */
  series: Series[];
  /** So many more there are. */
  dropped: number;
  /** Why it is not known, or why Prometheus was not the source; masked. Empty where all is as configured. */
  detail: string;
  observedAt: string;
}

export const SERIES_LIMIT = 50;

/** The sum over all series as they would add up in `perMs`; undefined where nothing is known. */
export function riseIn(state: SeriesState | undefined, perMs: number): number | undefined {
  if (state?.answer !== 'ok' || state.windowMs <= 0) return undefined;
  return (state.series.reduce((sum, { value }) => sum + value, 0) * perMs) / state.windowMs;
}
