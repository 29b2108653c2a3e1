import type { HealthState } from './probes';
import { isHealthy } from './probes';
import type { ServiceState } from './service';

/** The standing of a KingFisher that answers as it should. */
export const WELL = 'well';

/** In words that stay the same while nothing changes: no times, no process numbers, no texts of errors. */
export function standingOf(health: HealthState, service: ServiceState | undefined): string {
  if (isHealthy(health)) return WELL;
  const failing = health.failingChecks.map((check) => check.split(':')[0]!).sort();
  const checks = failing.length === 0 ? '' : ` (${failing.join(', ')})`;
  return `${unitOf(service)}/health ${health.health.answer}, /ready ${health.ready.answer}${checks}`;
}

/** One that is masked cannot be started: without its mask it stands otherwise. */
function unitOf(service: ServiceState | undefined): string {
  if (service === undefined || service.active === 'active') return '';
  return `unit ${service.load === 'loaded' ? '' : `${service.load}, `}${service.active}, `;
}

/** What one long look at KingFisher is for. Times are milliseconds. */
export interface WatchRequest {
  /** How it stood last, by an earlier reading; null when nobody knows: the first that holds is the answer. */
  seen: string | null;
  /** It is expected to be well: the moment it is not is an answer. Else only another way of not being well that lasts. */
  isMended: boolean;
  /** The start that it runs in, so that another one is an answer too; null: the one that is seen first. */
  invocation: string | null;
  /** How long it must be well to count as well. */
  wellForMs: number;
  forMs: number;
}

/** How KingFisher stands, as one long look at it ends. */
export interface StandingReading {
  /** `well`, or what is not, in words that stay the same while nothing changes. */
  standing: string;
  /**
   * - `changed`: it stands otherwise than when the look began, and has held that.
   * - `restarted`: it is well, in another start than the one asked about.
   * - `brokeAnew`: it was well for a moment of the look, and is not any more, in whatever way.
   * - `unchanged`: the time of the look is over.
   */
  ended: 'changed' | 'restarted' | 'brokeAnew' | 'unchanged';
  /** Milliseconds for which it has stood so, by the agent's own steady clock. */
  heldMs: number;
  /** Of the service as last seen; empty while unknown. */
  invocation: string;
  /** Starts that systemd made by itself since the service was last started by somebody. */
  restarts: number;
  observedAt: string;
}
