import type { Alert } from './alert';

const FINGERPRINT = /^[\w-]{1,64}$/;

/** Fingerprints become keys of plain objects, so the names that every object has are none. */
export function isFingerprint(text: string): boolean {
  return FINGERPRINT.test(text) && !(text in Object.prototype);
}

/** What is known of an episode that is over. All times are ISO 8601 in UTC. */
export interface ClosedEpisode extends EpisodeStart {
  /** When its newest "resolved" came; where none came, when its incident closed. By our own clocks. */
  endedAt: string;
}

/** The episodes that are over: fingerprint to its newest. */
export type ClosedEpisodes = Record<string, ClosedEpisode>;

/** When an episode began, and what its sender wrote in place of that where it cannot be so. */
export type EpisodeStart = Pick<Alert, 'startsAt' | 'claimedStart'>;

/**
 * A firing that comes this soon after the end of its episode is a copy of what was dealt with: a retry, or another
 * Alertmanager. One that comes later says that it fires now.
 */
export const COPIES_WITHIN_MS = 5 * 60_000;

/** A clock may be wrong by minutes. What is further away from our receipt is no time at which anything began. */
const LONGEST_SKEW_MS = 15 * 60_000;

/** An episode is named by what its sender wrote: that is the same in each of its messages. */
export function isSameEpisode(a: EpisodeStart, b: EpisodeStart): boolean {
  return startAsWritten(a) === startAsWritten(b);
}

/** The start as the sender wrote it: with the fingerprint it names the episode. */
export function startAsWritten({ startsAt, claimedStart }: EpisodeStart): string {
  return claimedStart ?? startsAt;
}

/** Whether it began after the known one of its fingerprint. Nothing is before one whose start made no sense. */
export function isLaterEpisode(one: EpisodeStart, known: EpisodeStart): boolean {
  if (isSameEpisode(one, known)) return false;
  return one.startsAt > known.startsAt || isSenseless(known);
}

/** Whether a firing came so soon after the end of its episode that it is a copy. Both by the receiver's clock. */
export function isCopy({ receivedAt }: Pick<Alert, 'receivedAt'>, endedAt: string): boolean {
  return Date.parse(receivedAt) - Date.parse(endedAt) <= COPIES_WITHIN_MS;
}

function isSenseless({ startsAt, claimedStart }: EpisodeStart): boolean {
  if (claimedStart === undefined) return false;
  // `NaN` where it was no time at all.
  return !(Math.abs(Date.parse(claimedStart) - Date.parse(startsAt)) <= LONGEST_SKEW_MS);
}

/** An episode of one fingerprint, as far as its incident knows. */
export interface AlertEpisode extends EpisodeStart {
  fingerprint: string;
  status: 'firing' | 'resolved';
  /** When its "resolved" came to intake; absent while it fires. */
  resolvedAt?: string;
}
