import { FIVE_MINUTES_MS } from '../../shared/observations/pipeline';
import type {
  ErrorLines,
  FailureKind,
  FailureRate,
  FailuresState,
  KindCount,
  PluginStatistics,
} from '../../shared/observations/pipeline';
import type { ServiceState } from '../../shared/observations/service';
import type { Incident } from '../incident/incident';
import type { Diagnosed } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { observeAllowed } from '../steps/allowed';
import { noteLogEvidence } from '../steps/kingfisher/logs';
import { observeService } from '../steps/kingfisher/service';
import { observePool } from '../steps/pipeline/database';
import type { PoolUse } from '../steps/pipeline/database';
import { failureLimits, kindText, observeErrors, observeFailures, observeRate } from '../steps/pipeline/failures';
import type { FailureLimits } from '../steps/pipeline/failures';
import { forgetPause } from '../steps/pipeline/pause';
import { observePluginStatistics } from '../steps/pipeline/plugins';

export interface Diagnosis extends Diagnosed {
  limits: FailureLimits;
  /** What the alert's rule looks back over. */
  windowMs: number;
  service: ServiceState | undefined;
  /** How often it fails now. */
  rate: FailureRate | undefined;
  /** What failed in the alert's window, by the counter. */
  failures: FailuresState | undefined;
  /** The same by the log. */
  errors: ErrorLines | undefined;
  statistics: PluginStatistics | undefined;
  pool: PoolUse | undefined;
  /** Kinds that had a cause so far. */
  explained: FailureKind[];
  /** What openai.max_qps is; filled by B.1. */
  maxQps?: number | undefined;
  /** A remedy of this pass was tried. */
  isAnyTried: boolean;
}

/** `grep`, and the two `curl` of the document; over the alert's own window, all at the same time. */
export async function diagnose({ steps, incident, alert }: Scene): Promise<Diagnosis> {
  const cite = 'B.diagnosis';
  const windowMs = alert.windowMs ?? FIVE_MINUTES_MS;
  const [allowed, service, rate, failures, errors, statistics, pool] = await Promise.all([
    observeAllowed(cite, steps, incident),
    observeService(cite, steps),
    observeRate(cite, steps),
    observeFailures(cite, windowMs, steps),
    observeErrors(cite, windowMs, steps),
    observePluginStatistics(cite, steps),
    observePool(cite, steps),
  ]);
  incident.noteFirstAction(service?.observedAt ?? rate?.observedAt);
  if (errors !== undefined) noteLogEvidence(incident, cite, errors);
  noteUnknown(incident, cite, failures);
  forgetPause({ incident });
  const limits = failureLimits(steps.policy);
  return {
    ...{ allowed, limits, windowMs, service, rate, failures, errors, statistics, pool },
    explained: [],
    isAnyTried: false,
  };
}

/** A counter that nobody exposes, or that cannot be read, is not one that does not rise. */
function noteUnknown(incident: Incident, cite: string, failures: FailuresState | undefined): void {
  const series = failures?.series;
  if (series?.answer === 'ok') incident.withdraw(({ name }) => name === 'FailuresUnknown');
  if (series === undefined || series.answer === 'ok') return;
  const { name, answer, detail } = series;
  incident.addFinding('FailuresUnknown', cite, `${name} is not known: ${detail === '' ? answer : detail}`);
}

/**
 * How a kind of failures shows, in the counter or in the log: `31 of 33 failures; 40 of 41 errors in the log`. Undefined
 * where it does not, or is too small a part of them to be their cause.
 */
export function seen(kind: FailureKind, { failures, errors, limits }: Diagnosis): string | undefined {
  const counted = failures?.series.answer === 'ok' ? shareOf(kind, failures.kinds) : NONE;
  const logged = errors?.evidence === 'present' ? shareOf(kind, errors.kinds) : NONE;
  if (Math.max(counted.percent, logged.percent) < limits.sharePercent) return undefined;
  const said = [
    counted.count > 0 ? `${counted.count} of ${counted.all} failures` : '',
    logged.count > 0 ? `${logged.count} of ${logged.all} errors in the log` : '',
  ];
  return said.filter((part) => part !== '').join('; ');
}

/** The same, and what was ruled out stands in the timeline. */
export function evidenceOf(
  kind: FailureKind,
  { cite, what }: { cite: string; what: string },
  found: Diagnosis,
  { incident }: Pick<Scene, 'incident'>,
): string | undefined {
  const evidence = seen(kind, found);
  if (evidence !== undefined) found.explained.push(kind);
  else incident.note(cite, isAnythingKnown(found) ? `Ruled out: ${what}` : `Not known: ${what}`, whatIsKnown(found));
  return evidence;
}

/** Whether counter or log say anything of why it fails. */
export function isAnythingKnown({ failures, errors }: Diagnosis): boolean {
  return failures?.series.answer === 'ok' || errors?.evidence === 'present';
}

/** `31 rateLimit, 2 other of the counter; 40 rateLimit of the log` */
export function whatIsKnown({ failures, errors }: Diagnosis): string {
  const counter = failures?.series.answer === 'ok' ? told(failures.kinds) : 'nothing known';
  const log = errors?.evidence === 'present' ? told(errors.kinds) : 'nothing known';
  return `of the counter: ${counter}; of the log: ${log}`;
}

/** What the line or the labels of a kind say, the counter's last. */
export function exampleOf(kind: FailureKind, { failures, errors }: Diagnosis): string {
  const of = (kinds: KindCount[] = []) => kinds.find((one) => one.kind === kind)?.example;
  return of(errors?.kinds) ?? of(failures?.kinds) ?? '';
}

/** Plugins that counter, log or statistics name, each once. */
export function suspects({ failures, errors, statistics }: Diagnosis): string[] {
  const counted = statistics?.failing.map(({ plugin }) => plugin) ?? [];
  return [...new Set([...(failures?.plugins ?? []), ...(errors?.plugins ?? []), ...counted])].slice(
    0,
    SUSPECTS_AT_MOST,
  );
}

/** Each test may take as long as a minute. */
const SUSPECTS_AT_MOST = 5;

const NONE = { count: 0, all: 0, percent: 0 };

function shareOf(kind: FailureKind, kinds: KindCount[]): typeof NONE {
  const all = kinds.reduce((sum, { count }) => sum + count, 0);
  const count = kinds.find((one) => one.kind === kind)?.count ?? 0;
  const rounded = Math.round(all * 10) / 10;
  return all === 0 ? NONE : { count, all: rounded, percent: (100 * count) / all };
}

function told(kinds: KindCount[]): string {
  return kinds.length === 0 ? 'none' : kinds.map(kindText).join(', ');
}
