import { sleep } from '../../../host/sleep';
import type { WaitEnd } from '../../../shared/observations/readings';

/** Something that can be looked at again and again. */
export interface Reading<T> {
  look(): Promise<Look & { tell: () => T | Promise<T> }>;
  /** From one look to the next, milliseconds. */
  everyMs: { well: number; notWell: number };
}

/** What one look says. */
export interface Look {
  isWell: boolean;
  /** By the host's clock. */
  observedAt: string;
  /** Why it may not become well by itself. */
  hopeless?: Hopeless;
}

/** What waiting cannot change, once it has been seen for so many milliseconds without a break. */
export type Hopeless = Partial<Record<Exclude<WaitEnd, 'held' | 'deadline' | 'died'>, number>>;

/** Looks again and again, until a look settles it. */
export async function untilSettled<T>(
  look: () => Promise<T | undefined>,
  pauseMs: () => number,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    const settled = await look();
    if (settled !== undefined) return settled;
    await sleep(pauseMs(), signal);
  }
}
