import type { LatencyState, LatencyTerms } from './latency/latency';
import type { FailureRate, FailureTerms } from './pipeline';
import type { DependencyName } from './service';
import type { OutboxReading } from './events/outbox';
import type { ImagesRequest, ImagesState } from './images/images';
import type { DependencyState, HealthState } from './probes';
import type { AccessState } from './access';

/** What an agent can be asked to wait for, and what it tells of it in the end. */
export interface Readings {
  /** `/health` and `/ready` of KingFisher answer 200. */
  health: HealthState;
  /** A dependency does its work, by its own protocol. */
  dependency: DependencyState;
  /** Analyses are as fast as they should be. */
  latency: LatencyState;
  /** The outbox is within its limit, or falls. */
  outbox: OutboxReading;
  /** A new image came, or none is due. */
  images: ImagesState;
  /** Few requests are refused: at most `atMost` within the last `withinMs`, by the access log. */
  violations: AccessState;
  /** The pipeline fails seldom enough, and works. */
  pipelineFailures: FailureRate;
}

export type ReadingName = keyof Readings;

/** What has to be said besides, of those that need it. */
interface Particulars {
  dependency: { dependency: DependencyName };
  latency: LatencyTerms;
  images: ImagesRequest;
  outbox: { pendingAbove: number };
  violations: { atMost: number; withinMs: number };
  pipelineFailures: FailureTerms;
}

/** Which of them. */
export type ReadingRequest<R extends ReadingName = ReadingName> = {
  [Name in R]: { reading: Name } & (Name extends keyof Particulars ? Particulars[Name] : object);
}[R];

/** What to wait for: until it has been well for `windowMs`, or `deadlineMs` have passed. */
export type WaitRequest<R extends ReadingName = ReadingName> = ReadingRequest<R> & {
  windowMs: number;
  deadlineMs: number;
};

/** Why waiting ended. */
export type WaitEnd =
  /** It was well throughout the window. */
  | 'held'
  | 'deadline'
  /** It ended, or never ran. */
  | 'notRunning'
  /** It was well, and ended before the window was over. */
  | 'died'
  /** It runs, and waits for something else. */
  | 'dependencyNotReady'
  /** It refuses Halcyon's credentials, certificate or database. */
  | 'refused';

/** What waiting came to. Never an error because it is not well. */
export interface Verdict<T = unknown> {
  /** It was well throughout the window. */
  holds: boolean;
  /** First moment of the unbroken stretch that held for the window. */
  since: string | null;
  /**
   * For how long it had been well then, milliseconds of the agent's own steady clock; for one that died, since it was well
   * first; else 0.
   */
  heldMs: number;
  ended: WaitEnd;
  waitedMs: number;
  last: T;
}

export type HealthVerdict = Verdict<HealthState>;
