import type { Alert } from './alert';
import { parseDuration } from './text/durations';
import { cut } from './text/text';

const SHOWN_ELSEWHERE = ['summary', 'description', 'runbook_url'];
const MAX_LABELS = 32;
const MAX_ANNOTATIONS = 16;
const MAX_NAME = 100;
const MAX_VALUE = 300;
/** Longer ones are no windows of an alert. */
const MAX_WINDOW_MS = 7 * 86_400_000;
/** The range of a selector or subquery of PromQL, as in `rate(failures[5m])`. */
const RANGE = /\[(\d[0-9a-z]{0,20})(?::[0-9a-z]{0,20})?\]/g;

/**
 * What the newest firing alert says of itself, for a runbook. It is whatever a target exported: bounded, and nothing to make
 * a selector, a path or a command of unchecked.
 */
export interface AlertContext {
  labels: Record<string, string>;
  /** But for those that have a place of their own in the incident's view. */
  annotations: Record<string, string>;
  /** What its rule looks back over: it goes on firing for so long after all is well. Null where the alert does not say. */
  windowMs: number | null;
}

export function alertContext(alert: Alert): AlertContext {
  return {
    labels: bounded(alert.labels, MAX_LABELS),
    annotations: bounded(without(alert.annotations, SHOWN_ELSEWHERE), MAX_ANNOTATIONS),
    windowMs: windowOf(alert),
  };
}

function without(record: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

function bounded(record: Record<string, string>, count: number): Record<string, string> {
  const entries = Object.entries(record).slice(0, count);
  return Object.fromEntries(entries.map(([name, value]) => [cut(name, MAX_NAME), cut(String(value), MAX_VALUE)]));
}

/** As its label or annotation `window` says, else the longest range of the expression that its link to Prometheus has. */
function windowOf({ labels, annotations, generatorURL = '' }: Alert): number | null {
  const said = parseWindow(annotations['window'] ?? labels['window'] ?? '');
  if (said !== undefined) return said;
  const expression = generatorURL.replace(/%5B/gi, '[').replace(/%5D/gi, ']').replace(/%3A/gi, ':');
  const ranges = [...expression.matchAll(RANGE)].flatMap(([, range]) => parseWindow(range!) ?? []);
  return ranges.length === 0 ? null : Math.max(...ranges);
}

function parseWindow(text: string): number | undefined {
  const ms = text.length > MAX_NAME ? undefined : parseDuration(text);
  return ms !== undefined && ms > 0 && ms <= MAX_WINDOW_MS ? ms : undefined;
}
