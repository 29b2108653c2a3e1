import { ApplicationFailure } from '@temporalio/workflow';
import { parseDuration } from '../../shared/text/durations';
import type { Acknowledgement } from '../../shared/paging/escalation';

const MAX_HOLD_MS = 7 * 86_400_000;

/** An acknowledgement names somebody, and lasts no longer than a week. */
export function checkAcknowledgement({ as, for: text }: Acknowledgement): void {
  refusing(() => {
    checkWords({ as });
    const ms = text === undefined ? 1 : parseDuration(String(text));
    if (ms === undefined || ms <= 0 || ms > MAX_HOLD_MS) {
      throw new Error(`for: expected a duration up to 7d such as "30m", got "${text}"`);
    }
  });
}

export function checkWords(words: Record<string, unknown>): void {
  for (const [key, text] of Object.entries(words)) {
    if (typeof text !== 'string' || text.trim() === '') throw new Error(`${key}: expected some text`);
  }
}

/** Why a check throws; undefined when it does not. */
export function whyRefused(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (err) {
    return err instanceof Error ? err.message : String(err);
  }
}

/** An update is refused by a failure, whatever the check threw: an argument may be no object at all. */
export function refusing(check: () => void): void {
  const why = whyRefused(check);
  if (why !== undefined) throw ApplicationFailure.nonRetryable(why, 'Refused');
}
