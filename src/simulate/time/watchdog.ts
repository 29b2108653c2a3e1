/** Nothing came of the server for so long: it will not go on by itself. */
export class StoodStill extends Error {}

/** Real time. The slowest machine does more in this than one look at a simulation takes. */
const STILL_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

/**
 * The server that skips time now and then stands still for ever, in the middle of a workflow's turn, and whatever is asked of
 * it waits as long. Who waits for it by this is told.
 */
export class Watchdog {
  private seenAt = performance.now();

  constructor(private readonly stillMs = STILL_MS) {}

  /** It goes on. */
  sign(): void {
    this.seenAt = performance.now();
  }

  /** The result of `work`. Throws `StoodStill` when no sign comes for too long; `work` may go on then. */
  async unlessStill<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const still = new Promise<never>((_resolve, reject) => {
      const look = () => {
        const isStill = performance.now() - this.seenAt > this.stillMs;
        if (isStill) reject(new StoodStill('the server of the simulation stands still'));
      };
      timer = setInterval(look, Math.min(LOOK_EVERY_MS, this.stillMs));
    });
    this.sign();
    try {
      return await Promise.race([work, still]);
    } finally {
      clearInterval(timer);
    }
  }
}
