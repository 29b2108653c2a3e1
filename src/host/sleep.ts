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

interface Polling {
  everyMs: number;
  deadlineMs: number;
  signal?: AbortSignal | undefined;
  /** Where a question costs something: the longer it takes the seldomer it is asked, up to this. @default everyMs */
  upToMs?: number;
}

/** What has taken long is known late by this share of it at the most. */
const LATE_BY = 0.05;

/** Asks every `everyMs` until `ask` gives something other than `undefined`, or `deadlineMs` have passed: `undefined`. */
export async function poll<T>(
  ask: () => Promise<T | undefined>,
  { everyMs, deadlineMs, signal, upToMs = everyMs }: Polling,
): Promise<T | undefined> {
  const begin = performance.now();
  const end = begin + deadlineMs;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined || performance.now() >= end) return answer;
    const pause = (performance.now() - begin) * LATE_BY;
    await sleep(Math.min(Math.max(everyMs, pause), upToMs), signal);
  }
}
