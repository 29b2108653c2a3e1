import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from './backoff';
import { troubleOf } from './trouble';
import type { Trouble } from './trouble';

/** A session that stood this long was a good one: after it, the first pause is short again. */
const STEADY_MS = 10_000;

/** From the moment that something works over a broker until it cannot any more. */
export interface Session {
  /** Why it is at its end. */
  ended: Promise<unknown>;
  /** Begins nothing more, lets what is under way end for `withinMs`, and ends. */
  stop(withinMs: number): Promise<void>;
}

export interface SessionLoopOptions {
  open: () => Promise<Session>;
  onBegun: () => void;
  onEnded: () => void;
  /** Once for each reason, until a session has begun again. */
  tell: (trouble: Trouble & { nextTryInMs: number }) => void;
  /** Milliseconds of the first pause between two tries. @default one second */
  firstPauseMs?: number | undefined;
}

/** One session after the other until it is stopped. A broker that is down is tried again for ever, and keeps nobody. */
export class SessionLoop {
  private readonly pauses: Backoff;
  private readonly stopping = new AbortController();
  private readonly told = new Set<string>();
  private session: Session | undefined;
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly options: SessionLoopOptions) {
    const { firstPauseMs } = options;
    this.pauses = new Backoff(firstPauseMs === undefined ? {} : { firstMs: firstPauseMs });
  }

  /** Begins, and comes back at once. */
  start(): void {
    this.loop = this.run();
  }

  async stop(withinMs: number): Promise<void> {
    this.stopping.abort();
    // One that is about to begin would end by itself, but only when the broker answers.
    if (this.session !== undefined) await Promise.all([this.session.stop(withinMs), this.loop]);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const why = await this.oneSession(signal);
      if (signal.aborted) return;
      this.options.onEnded();
      const pauseMs = this.pauses.next();
      this.tell(why, pauseMs);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Why it came to its end, or could not begin. */
  private async oneSession(signal: AbortSignal): Promise<unknown> {
    try {
      const session = await this.options.open();
      if (signal.aborted) return void (await session.stop(0));
      this.session = session;
      this.told.clear();
      this.options.onBegun();
      const began = Date.now();
      const why = await session.ended;
      if (Date.now() - began >= STEADY_MS) this.pauses.reset();
      return why;
    } catch (err) {
      return err;
    } finally {
      this.session = undefined;
    }
  }

  private tell(why: unknown, nextTryInMs: number): void {
    const trouble = troubleOf(why);
    if (this.told.has(trouble.reason)) return;
    this.told.add(trouble.reason);
    this.options.tell({ ...trouble, nextTryInMs });
  }
}
