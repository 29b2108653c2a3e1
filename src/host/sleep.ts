import { setTimeout as delay } from 'node:timers/promises';

/** Waits `ms`, or rejects with the signal's reason as soon as it aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (err) {
    signal?.throwIfAborted();
    throw err;
  }
}

/** Asks every `everyMs` until `ask` gives something other than `undefined`, or `deadlineMs` have passed: `undefined`. */
export async function poll<T>(
  ask: () => Promise<T | undefined>,
  { everyMs, deadlineMs, signal }: { everyMs: number; deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<T | undefined> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined || performance.now() >= end) return answer;
    await sleep(everyMs, signal);
  }
}
