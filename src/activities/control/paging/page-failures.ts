import { ApplicationFailure } from '@temporalio/common';

/** Slack or PagerDuty refused for good: the same page would be refused again until somebody mends what is named. */
export function notDelivered(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'PageNotDelivered');
}

/** Not known, or refused for now: tried again, after `retryAfterMs` where the answer said so. */
export function notYetDelivered(message: string, retryAfterMs?: number): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: 'PageNotYetDelivered',
    nonRetryable: false,
    ...(retryAfterMs === undefined ? {} : { nextRetryDelay: Math.max(1, retryAfterMs) }),
  });
}

/** Milliseconds of a `Retry-After` header in seconds or as a date, undefined where there is none that makes sense. */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}

/** Nobody waits longer than this for a page, whatever a header says. */
const MAX_RETRY_AFTER_MS = 3_600_000;
