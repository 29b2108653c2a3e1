import type { Evidence } from './change';
import type { EndpointState } from './probes';
import type { SeriesState } from './series';

/**
 * What a step of the pipeline fails of, as far as its counter's labels or a line of the log say it: the first that fits.
 * `agent.kingfisher.pipeline.kinds` has how a site says each.
 */
export const FAILURE_KINDS = [
  'quota',
  'rateLimit',
  'imagePermission',
  'imageCorrupt',
  'databasePool',
  'plugin',
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number] | 'other';

/** Failures of one kind. */
export interface KindCount {
  kind: FailureKind;
  /** Failures that were counted, or lines of the log. */
  count: number;
  /** The newest line, or the labels that say so; masked and cut. */
  example: string;
}

/** What the counter of failures says, by step and reason. */
export interface FailuresState {
  series: SeriesState;
  kinds: KindCount[];
  /** Plugins that its labels name. */
  plugins: string[];
}

/** Lines of errors in the log, within a window. */
export interface ErrorLines {
  /** The file, or `journal of <unit>`. */
  path: string;
  /** Only `present` says anything, and then no lines mean that there were none. */
  evidence: Evidence;
  /** Lines of errors, whatever their kind. */
  errors: number;
  /** The most frequent first. */
  kinds: KindCount[];
  /** Plugins that they name, the most frequent first, at most `PLUGINS_AT_MOST`. */
  plugins: string[];
  /** What keeps this from being all of the window: how far back was read, lines without a time. Empty where it is all. */
  partial: string;
  observedAt: string;
}

export const PLUGINS_AT_MOST = 5;

/** A plugin as KingFisher's statistics count it. */
export interface PluginUse {
  plugin: string;
  failures: number;
}

export interface PluginStatistics {
  path: string;
  /** `malformed` where the answer has no list of plugins. */
  endpoint: EndpointState;
  /** Those with failures, the most first, at most `PLUGINS_AT_MOST`. */
  failing: PluginUse[];
}

/** What came of testing one plugin by itself. */
export interface PluginTest {
  plugin: string;
  /** `failed` only where the command ended by itself and said so. `unknown`: it did not come to an answer. */
  result: 'passed' | 'failed' | 'unknown';
  /** Its last words, masked and cut; how it ended where that is no exit code. */
  output: string;
}

/** Names that may stand in a command as an argument of their own: nothing that reads like an option or a path. */
export function isPluginName(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(text) && !text.includes('..');
}

/** How many failures are too many, and what the answer is worth. */
export interface FailureTerms {
  /** Failures that are not too many yet, as they would add up in five minutes. */
  atMost: number;
  /** Looked at for so long. */
  withinMs: number;
  /** A setting that keeps KingFisher from trying at all: while it is on, few failures say nothing. Null where that is meant. */
  pausedBy: string | null;
}

/** How often the pipeline fails just now. */
export interface FailureRate {
  /** As they would add up in five minutes; null where it is not known. */
  per5m: number | null;
  /** Over how long it was seen, milliseconds. */
  seenMs: number;
  /** Automation is paused; null where nobody knows. */
  isPaused: boolean | null;
  /** Why it is not known; masked. Empty where it is. */
  detail: string;
  answer: SeriesState['answer'];
  observedAt: string;
}

export const FIVE_MINUTES_MS = 300_000;
