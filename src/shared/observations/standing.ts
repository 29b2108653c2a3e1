import type { LatencyState } from './latency/latency';
import { isStalled } from './images/images';
import type { ImagesState } from './images/images';
import { violationsOf } from './access';
import type { AccessState } from './access';
import type { FailureRate } from './pipeline';
import type { DependencyState, HealthState } from './probes';
import { isHealthy } from './probes';
import type { ReadingRequest } from './readings';
import type { ServiceState } from './service';

/** The standing of whatever is as it should be. */
export const WELL = 'well';

/** KingFisher's, in words that stay the same while nothing changes: no times, no process numbers, no texts of errors. */
export function healthStanding(health: HealthState, service: ServiceState | undefined): string {
  if (isHealthy(health)) return WELL;
  const failing = health.failingChecks.map((check) => check.split(':')[0]!).sort();
  const checks = failing.length === 0 ? '' : ` (${failing.join(', ')})`;
  return `${unitOf(service)}/health ${health.health.answer}, /ready ${health.ready.answer}${checks}`;
}

/** The same of a dependency: what it says of itself, else how it fails to answer, whatever else is known of it. */
export function dependencyStanding({
  dependency,
  condition,
  endpoint,
}: Pick<DependencyState, 'dependency' | 'condition' | 'endpoint'>): string {
  if (condition === 'well') return WELL;
  return `${dependency} ${endpoint.answer === 'unhealthy' ? condition : endpoint.answer}`;
}

/** How long analyses take. Without any, only a service that says that none waits is well. */
export function latencyStanding({ p95Ms, backlog, answer }: LatencyState, atMostMs: number): string {
  if (answer !== 'ok') return `how long analyses take is not known (${answer})`;
  if (p95Ms !== null) return p95Ms > atMostMs ? 'analyses are slow' : WELL;
  if (backlog === null) return 'no analysis is seen: how long one takes is not known';
  return backlog > 0 ? 'no analysis ends, and some wait' : WELL;
}

/** The same of images: outside of business hours nothing is due, and all is well. */
export function imagesStanding(images: ImagesState, stalledAfterMs: number, service: ServiceState | undefined): string {
  if (!isStalled(images, stalledAfterMs)) return WELL;
  const what = images.evidence === 'present' ? 'no new image' : `folder of images ${images.evidence}`;
  return `${unitOf(service)}${what}`;
}

/** The same of an access log: whether too many requests are refused, however many and by what. */
export function accessStanding(access: AccessState, atMost: number): string {
  if (access.evidence !== 'present') return `access log ${access.evidence}`;
  return violationsOf(access.counts) > atMost ? 'too many requests refused' : WELL;
}

/** How often the pipeline fails. While it is kept from trying, that nothing fails says nothing. */
export function failuresStanding({ per5m, answer, isPaused }: FailureRate, atMost: number): string {
  if (per5m === null) return `how often the pipeline fails is not known (${answer})`;
  if (per5m > atMost) return 'the pipeline fails too often';
  if (isPaused === null) return 'whether automation is paused is not known';
  return isPaused ? 'automation is paused' : WELL;
}

/** One that is masked cannot be started: without its mask it stands otherwise. */
function unitOf(service: ServiceState | undefined): string {
  if (service === undefined || service.active === 'active') return '';
  return `unit ${service.load === 'loaded' ? '' : `${service.load}, `}${service.active}, `;
}

/** What one long look at a reading is for. */
export type WatchRequest = ReadingRequest & WatchTerms;

/** What it waits for. Times are milliseconds. */
export interface WatchTerms {
  /** How it stood last, by an earlier reading; null when nobody knows: the first that holds is the answer. */
  seen: string | null;
  /** It is expected to be well: the moment it is not is an answer. Else only another way of not being well that lasts. */
  isMended: boolean;
  /** The start that its service runs in, so that another one is an answer too; null: the one that is seen first. */
  invocation: string | null;
  /** How long it must be well to count as well. */
  wellForMs: number;
  forMs: number;
}

/** How what is read stands, as one long look at it ends. */
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
  /** Of its service as last seen; empty while unknown, and where what is read is no service. */
  invocation: string;
  /** Starts that systemd made by itself since that service was last started by somebody. */
  restarts: number;
  observedAt: string;
}
