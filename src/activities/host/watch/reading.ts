import { sleep } from '../../../host/sleep';
import type { WaitEnd } from '../../../shared/observations/readings';
import type { ServiceState } from '../../../shared/observations/service';

/** Something that can be looked at again and again: for seconds until it is well, or for hours until it stands otherwise. */
export interface Reading<T> {
  /** What does not answer is not well: that is no error, here as everywhere. */
  look(): Promise<Look & { tell: () => T | Promise<T> }>;
  /** From one look to the next, milliseconds. */
  everyMs: { well: number; notWell: number };
}

/** `quick`: somebody waits for it. `calm`: for hours, in nobody's way. */
export type Pace = 'quick' | 'calm';

/** What one look says. */
export interface Look {
  /** `WELL`, or what is not, in words that stay the same while nothing changes. */
  standing: string;
  /** By the host's clock. */
  observedAt: string;
  /** The start in which a service was seen last, where it is a service that is read. */
  start?: Start | undefined;
  /** Why it may not become well by itself. */
  hopeless?: Hopeless;
}

export type Start = Pick<ServiceState, 'invocation' | 'restarts'>;

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
