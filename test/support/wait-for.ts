import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for, as in "timed out waiting for <what>". */
  what: string;
  /** @default 10 s */
  deadlineMs?: number;
  /** @default 25 ms */
  everyMs?: number;
}

/**
 * Polls until `condition` gives something truthy, and returns that.
 *
 * @throws Error at the deadline, with the error that the condition threw last as its cause
 */
export async function waitFor<T>(condition: () => T | Promise<T>, options: WaitOptions): Promise<NonNullable<T>> {
  const { what, deadlineMs = 10_000, everyMs = 25 } = options;
  const deadline = Date.now() + deadlineMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      cause = undefined;
      if (value) return value;
    } catch (err) {
      cause = err;
    }
    if (Date.now() > deadline) throw new Error(`timed out waiting for ${what} (${deadlineMs} ms)`, { cause });
    await sleep(everyMs);
  }
}
