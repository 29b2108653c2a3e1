const FIRST_MS = 1_000;
const MOST_MS = 30_000;

/** Pauses between tries: twice as long each time, up to half a minute, and never the same for two processes. */
export class Backoff {
  private tries = 0;

  constructor(
    private readonly options: { firstMs?: number; mostMs?: number } = {},
    private readonly random: () => number = Math.random,
  ) {}

  /** Milliseconds until the next try. */
  next(): number {
    const { firstMs = FIRST_MS, mostMs = MOST_MS } = this.options;
    // Not a power of all tries: after a week that is infinite.
    const longest = Math.min(mostMs, firstMs * 2 ** Math.min(this.tries, 20));
    this.tries += 1;
    return Math.round(longest * (0.5 + this.random() / 2));
  }

  reset(): void {
    this.tries = 0;
  }
}
