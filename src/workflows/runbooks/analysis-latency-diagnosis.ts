import type { LatencyState } from '../../shared/observations/latency/latency';
import type { LoadState } from '../../shared/observations/latency/load';
import { FIVE_MINUTES_MS } from '../../shared/observations/pipeline';
import type { SeriesState } from '../../shared/observations/series';
import { formatDuration } from '../../shared/text/durations';
import type { Incident } from '../incident/incident';
import type { Diagnosed } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { observeAllowed } from '../steps/allowed';
import { observeService } from '../steps/kingfisher/service';
import { latencyLimits, observeLatency, observeP95 } from '../steps/latency/latency';
import type { LatencyLimits } from '../steps/latency/latency';
import { cpuText, describeLoad, observeLoad } from '../steps/latency/load';

export interface Diagnosis extends Diagnosed {
  limits: LatencyLimits;
  /** How long analyses take now. */
  latency: LatencyState | undefined;
  /** P95 of the alert's window. */
  p95: SeriesState | undefined;
  load: LoadState | undefined;
  /** What orchestrator.max_workers is; filled by D.1. */
  workers?: number | undefined;
  /** Whether orchestrator.fallback_mode is on; filled by D.4. */
  isFallback?: boolean;
  /** Why OpenAI is slow; filled by D.4. */
  openai?: string;
  /** What was found, and what was not. */
  explained: string[];
  ruledOut: string[];
}

/** `curl`, `uptime`, `iostat` and `ps` of the document, all at the same time. */
export async function diagnose({ steps, incident, alert }: Scene): Promise<Diagnosis> {
  const cite = 'D.diagnosis';
  const limits = latencyLimits(steps.policy);
  const windowMs = alert.windowMs ?? FIVE_MINUTES_MS;
  const [allowed, service, latency, p95, load] = await Promise.all([
    observeAllowed(cite, steps, incident),
    observeService(cite, steps),
    observeLatency(cite, steps),
    observeP95(cite, windowMs, steps),
    observeLoad(cite, limits.loadOverMs, steps),
  ]);
  incident.noteFirstAction(service?.observedAt ?? latency?.observedAt);
  noteUnknown(incident, cite, latency);
  return { allowed, limits, latency, p95, load, explained: [], ruledOut: [] };
}

/** A histogram that nobody exposes, or that cannot be read, is none of fast analyses; and neither is one without any. */
function noteUnknown(incident: Incident, cite: string, latency: LatencyState | undefined): void {
  const why = latency === undefined ? undefined : unknownText(latency);
  incident.withdraw(({ name, detail }) => name === 'LatencyUnknown' && detail !== why);
  if (why !== undefined) incident.addFinding('LatencyUnknown', cite, why);
}

function unknownText({ answer, detail, p95Ms, backlog }: LatencyState): string | undefined {
  if (answer !== 'ok') return `how long analyses take is not known: ${detail === '' ? answer : detail}`;
  return p95Ms === null && backlog !== 0 ? 'no analysis ended while it was looked at' : undefined;
}

/** Why this is the cause, or that it is not, with what is known of it: both stand in the timeline. */
export function evidenceOf(
  { cite, what, told }: { cite: string; what: string; told: string },
  evidence: string | null | undefined,
  found: Diagnosis,
  { incident }: Pick<Scene, 'incident'>,
): string | undefined {
  if (typeof evidence === 'string') {
    found.explained.push(evidence);
    return evidence;
  }
  incident.note(cite, `${evidence === null ? 'Not known' : 'Ruled out'}: ${what}`, told);
  found.ruledOut.push(`${what}${evidence === null ? ' (not known)' : ''}`);
  return undefined;
}

export function loadText({ load }: Diagnosis): string {
  return load === undefined ? 'the load of the host is not known' : describeLoad(load);
}

export function shortLoad({ load }: Diagnosis): string {
  return load === undefined ? 'load not known' : cpuText(load);
}

/** `P95 42 s in the alert's window` */
export function latencyText({ p95, latency }: Diagnosis): string {
  const ms = p95?.answer === 'ok' ? p95.series[0]?.value : undefined;
  if (ms !== undefined) return `P95 ${formatDuration(ms * 1_000)} in the alert's window`;
  const now = latency?.p95Ms ?? null;
  return now === null ? 'how long analyses take is not known' : `P95 ${formatDuration(now)} now`;
}
