import { errorText } from '../../../host/errors';
import { withDeadline } from '../../../host/probes/deadline';
import type { Redact } from '../../../host/redact';
import type { Part } from '../../../shared/topics/answers';

/** Whatever a part asks has a shorter time of its own. */
const WITHIN_MS = 8_000;
const PROBLEM_CHARACTERS = 300;

/** One part of an answer, or why there is none: a store that hangs hides nothing of what else was asked. */
export async function partOf<T>(
  redact: Redact,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Part<T>> {
  try {
    return { value: await withDeadline(WITHIN_MS, signal, work) };
  } catch (err) {
    signal.throwIfAborted();
    return { problem: redact(errorText(err), PROBLEM_CHARACTERS) };
  }
}
