import { formatDuration } from '../../src/shared/text/durations';
import { until } from '../support/until';

/** An act told that it would show this, and it was not seen: the act is not what it says it is. */
export class NotSeen extends Error {
  constructor(what: string) {
    super(`not seen: ${what}`);
    this.name = 'NotSeen';
  }
}

/** @throws NotSeen when it is not so in time */
export async function seen<T>(
  what: string,
  look: () => Promise<T | undefined>,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<T> {
  const found = await until<T | undefined>(look, { deadlineMs, signal });
  if (found === undefined) throw new NotSeen(`${what}, within ${formatDuration(deadlineMs)}`);
  return found;
}
