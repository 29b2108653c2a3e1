import { formatDuration, parseDuration } from '../text/durations';
import type { PauseRequest, ResumeRequest } from './guard';

export const DEFAULT_PAUSE = '2h';
const LONGEST_PAUSE_MS = 7 * 24 * 3_600_000;
const LONGEST_TEXT = 500;

/** @throws Error that names what cannot be taken, for command line and guard alike */
export function checkPause(request: PauseRequest): void {
  checkText('by', request.by);
  checkText('reason', request.reason);
  pauseMs(request);
}

/** @throws Error as above */
export function checkResume({ by, reason }: ResumeRequest): void {
  checkText('by', by);
  if (reason !== undefined) checkText('reason', reason);
}

/** @throws Error that says how long a pause may last */
export function pauseMs({ for: text = DEFAULT_PAUSE }: Pick<PauseRequest, 'for'>): number {
  const ms = typeof text === 'string' ? parseDuration(text) : undefined;
  if (ms === undefined || ms <= 0) throw new Error(`for: expected a duration such as "2h", got "${text}"`);
  if (ms > LONGEST_PAUSE_MS) {
    throw new Error(`for: a pause lasts ${formatDuration(LONGEST_PAUSE_MS)} at most, got "${text}"`);
  }
  return ms;
}

function checkText(key: string, text: unknown): void {
  if (typeof text !== 'string' || text.trim() === '') throw new Error(`${key}: expected a few words, got none`);
  if (text.length > LONGEST_TEXT) throw new Error(`${key}: expected at most ${LONGEST_TEXT} characters`);
}
