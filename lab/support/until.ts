import { setTimeout as sleep } from 'node:timers/promises';

interface Patience {
  deadlineMs: number;
  /** @default 250 ms */
  everyMs?: number;
  signal: AbortSignal;
}

/**
 * Asks again and again until the answer is no longer undefined, and gives that; undefined at the deadline. What throws was
 * struck a moment ago, and is asked again.
 *
 * @throws AbortError when the signal is aborted
 */
export async function until<T>(ask: () => T | Promise<T>, { deadlineMs, everyMs = 250, signal }: Patience): Promise<T> {
  for (const deadline = Date.now() + deadlineMs; ; await sleep(everyMs, undefined, { signal })) {
    signal.throwIfAborted();
    const answer = await Promise.resolve()
      .then(ask)
      .catch(() => undefined as T);
    if (answer !== undefined || Date.now() > deadline) return answer;
  }
}
