import type { AccessState } from '../../shared/observations/access';
import type { RateLimitCount } from '../../shared/observations/probes';
import type { SeriesRequest, SeriesState } from '../../shared/observations/series';
import type { RunbookPolicy } from '../../shared/incident';
import type { Diagnosed } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { noteAccess, observeAccess, observeAccessNow, observeRateLimits } from '../steps/access';
import { observeAllowed } from '../steps/allowed';
import { observeSeries } from '../steps/kingfisher/series';

/** The alert counts violations of so long. */
export const ALERT_MS = 300_000;

/** `runbooks.securityViolations.limits`. */
export interface ViolationLimits {
  violationsPer5m: number;
  /** Percent. */
  share: number;
  attackers: number;
  /** Percent. */
  raiseTo: number;
  raiseForMs: number;
  blockForMs: number;
  reviewMs: number;
}

export interface Diagnosis extends Diagnosed {
  limits: ViolationLimits;
  /** The last minute. */
  now: AccessState | undefined;
  /** Since five minutes before the alert began: what it counted. */
  access: AccessState | undefined;
  /** A day: who these addresses are otherwise. */
  review: AccessState | undefined;
  keys: RateLimitCount | undefined;
  /** By type, as the alert counts them. */
  violations: SeriesState | undefined;
  /** Addresses and networks that this incident blocks already. */
  blocked: string[];
}

/** The document's `grep`s of the access log and keys of Redis; all at the same time. */
export async function diagnose({ steps, incident }: Scene): Promise<Diagnosis> {
  const cite = 'C.diagnosis';
  const limits = limitsOf(steps.policy);
  const begunMs = Math.max(0, Date.now() - Date.parse(incident.view.startsAt));
  const asked: SeriesRequest = { metric: 'securityViolations', by: ['type'], kind: 'increase', windowMs: ALERT_MS };
  const windowMs = Math.min(begunMs + ALERT_MS, limits.reviewMs);
  const [allowed, now, access, review, keys, violations] = await Promise.all([
    observeAllowed(cite, steps, incident),
    observeAccessNow(cite, limits.violationsPer5m, steps),
    observeAccess(cite, windowMs, steps),
    observeAccess('C.3', limits.reviewMs, steps),
    observeRateLimits('C.1', steps),
    observeSeries({ cite, title: 'Violations by type' }, steps, asked),
  ]);
  incident.noteFirstAction(access?.observedAt);
  noteAccess(incident, cite, access);
  return { allowed, limits, now, access, review, keys, violations, blocked: blockedBy(incident.view) };
}

export function limitsOf({ limits = {} }: Pick<RunbookPolicy, 'limits'>): ViolationLimits {
  return { ...DEFAULTS, ...limits };
}

/** Of an incident that began before its page had limits. */
const DEFAULTS: ViolationLimits = {
  violationsPer5m: 10,
  share: 80,
  attackers: 5,
  raiseTo: 200,
  raiseForMs: 3_600_000,
  blockForMs: 3_600_000,
  reviewMs: 86_400_000,
};

function blockedBy({ leases }: Scene['incident']['view']): string[] {
  return leases
    .filter(({ state }) => state === 'active')
    .flatMap(({ setting }) => /^blockedAddress\[(.+)\]$/.exec(setting)?.[1] ?? []);
}
