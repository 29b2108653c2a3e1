import { parseDuration } from '../text/durations';
import type { PauseRequest } from './guard';

export const DEFAULT_PAUSE = '2h';

/** How long a pause lasts, in milliseconds. */
export function pauseMs({ for: text = DEFAULT_PAUSE }: Pick<PauseRequest, 'for'>): number {
  return parseDuration(text) ?? 0;
}
