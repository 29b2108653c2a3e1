import type { Evidence } from '../change';

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** When images are due, by the clock of one place. */
export interface BusinessHours {
  days: (typeof WEEKDAYS)[number][];
  /** `08:00`, included. */
  from: string;
  /** `22:00`, not included. Before `from`: of the next day. The same as `from`: all day. */
  to: string;
  /** `Europe/Berlin` */
  timeZone: string;
}

/** When images have stalled: none for so long, within business hours. */
export interface ImagesRequest {
  stalledAfterMs: number;
  hours: BusinessHours;
}

/** The newest image that KingFisher downloaded. */
export interface ImagesState {
  /** `absent`: there is no folder of images. `malformed`: what is there cannot be read as images filed by day. */
  evidence: Evidence;
  /** Why it is not `present`. */
  why: string;
  /** Its path below the folder of images; null where there is none of these days. */
  newest: string | null;
  newestAt: string | null;
  ageMs: number | null;
  /** Images that were looked at: those of today and of the days beside it. */
  seen: number;
  /** Files that are dated in the future. They say nothing of the present. */
  ahead: number;
  /** For how long business hours have been open, a day at the most; null outside of them. */
  openForMs: number | null;
  observedAt: string;
}

/**
 * Whether an image is missing by now: never outside of business hours, nor while the newest is young enough. The quiet time
 * before business hours does not count.
 */
export function isStalled({ evidence, ageMs, openForMs }: ImagesState, stalledAfterMs: number): boolean {
  if (openForMs === null || openForMs < stalledAfterMs) return false;
  return evidence !== 'present' || ageMs === null || ageMs >= stalledAfterMs;
}

/** `every day 08:00-22:00 UTC` */
export function hoursInWords({ days, from, to, timeZone }: BusinessHours): string {
  const which = days.length === WEEKDAYS.length ? 'every day' : days.join(', ');
  return `${which} ${from === to ? 'around the clock' : `${from}-${to}`} ${timeZone}`;
}
