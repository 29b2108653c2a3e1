/** What monitoring knows of a host, for the monthly reviews of dashboards and of performance. */

/** Which metrics exist, of those that somebody asks for. */
export interface MetricCatalogue {
  /** Prometheus knows those of every exporter; KingFisher's own `/metrics` no others. */
  source: 'prometheus' | 'metrics';
  /** What could not be read and why; empty where all was. */
  troubles: string[];
  /** Of those that were asked for: nobody has them. */
  missing: string[];
  /** Of those that were asked for: without Prometheus nobody knows. */
  unknown: string[];
  /** What KingFisher itself exposes, sorted, by the names of its families; null where its `/metrics` cannot be read. */
  own: string[] | null;
  /** Prometheus' own alerts and recording rules; null where they cannot be read. */
  rules: { read: number; broken: BrokenRule[] } | null;
}

/** A rule that can never be true, or is about less than it says: nobody has these metrics. */
export interface BrokenRule {
  rule: string;
  missing: string[];
}

/** The names that are told of what KingFisher exposes at the most, and of broken rules. */
export const OWN_METRICS_LIMIT = 500;
export const BROKEN_RULES_LIMIT = 50;

/** The P95 of the analysis time, seconds, over the time before each moment. Moments are epoch milliseconds. */
export interface LatencyHistory {
  /** The metric as the site calls it. */
  name: string;
  /** Over seven days each, the oldest first. A week without any analysis is left out. */
  weeks: [at: number, seconds: number][];
  /** Over a day each, the oldest first. */
  days: [at: number, seconds: number][];
}
