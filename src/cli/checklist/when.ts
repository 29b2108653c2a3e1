import { parseDuration } from '../../shared/text/durations';
import { UsageError } from '../support/usage';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** `2026-12-01` until its end, `2026-12-01T12:00Z`, or `5d` from now; as ISO 8601. @throws UsageError */
export function dueOf(text: string, now: number): string {
  const inMs = parseDuration(text);
  if (inMs !== undefined && inMs > 0) return new Date(now + inMs).toISOString();
  const at = momentOf('--due', DAY.test(text) ? `${text}T23:59Z` : text, 'a day such as 2026-12-01, a time, or "5d"');
  if (at.getTime() > now) return at.toISOString();
  throw new UsageError(`--due: expected a time to come, got "${text}"`);
}

/** @throws UsageError for what is no moment in ISO 8601 */
export function momentOf(option: string, text: string, what = 'a time such as 2026-12-01T14:00Z'): Date {
  const at = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) ? new Date(text) : new Date(NaN);
  if (!Number.isNaN(at.getTime())) return at;
  throw new UsageError(`${option}: expected ${what}, got "${text.replace('T23:59Z', '')}"`);
}
