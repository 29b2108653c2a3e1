import type { Alert } from '../shared/alert';
import type { DeliveryOutcome } from './delivery';
import { TemporalUnavailable } from './temporal-errors';

/** More would not save a signal worth having. */
export const MAX_LIST_ALERTS = 100;
/** As JSON. Temporal refuses 2 MiB; one alert alone is below 1 MiB by what the payload's limits leave of it. */
export const MAX_LIST_BYTES = 1_000_000;

export interface QueuedAlert {
  alert: Alert;
  /** Its size as JSON. */
  bytes: number;
  /** Milliseconds since 1970 after which its sender has been told to try again. */
  deadline: number;
}

export interface IncidentQueueOptions {
  /** Brings a list to the incident, in order. Resolves with what became of each. */
  send: (list: QueuedAlert[]) => Promise<DeliveryOutcome[]>;
  /** How long the next list should wait for more, milliseconds; a full one does not. */
  waitMs: () => number;
  /** Nothing waits any longer. */
  onIdle: () => void;
}

type Waiting = QueuedAlert & {
  resolve: (outcome: DeliveryOutcome) => void;
  reject: (reason: unknown) => void;
};

/**
 * Alerts on their way to one incident, in the order they came. What comes in one turn of the event loop goes as one
 * list; what comes while a list is under way waits, and goes together as the next.
 */
export class IncidentQueue {
  private waiting: Waiting[] = [];
  private isRunning = false;
  /** Ends the wait for more. */
  private wake: () => void = () => undefined;

  constructor(private readonly options: IncidentQueueOptions) {}

  /** Resolves when Temporal has the alert; rejects with what kept its list from Temporal. */
  add(queued: QueuedAlert): Promise<DeliveryOutcome> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...queued, resolve, reject });
      if (this.isFull()) this.wake();
      if (!this.isRunning) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    // The other alerts of the same message come along.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      await this.moreOrTurn();
      const list = this.nextList();
      if (list.length > 0) await this.deliver(list);
    }
    this.isRunning = false;
    this.options.onIdle();
  }

  private async moreOrTurn(): Promise<void> {
    const waitMs = this.options.waitMs();
    if (waitMs === 0 || this.isFull()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async deliver(list: Waiting[]): Promise<void> {
    try {
      const outcomes = await this.options.send(list);
      list.forEach(({ resolve }, index) => resolve(outcomes[index]!));
    } catch (err) {
      for (const { reject } of list) reject(err);
    }
  }

  /** The first that fit. Those whose senders were told to try again are left to them. */
  private nextList(): Waiting[] {
    const now = Date.now();
    for (const { deadline, reject } of this.waiting) {
      if (deadline <= now) reject(new TemporalUnavailable({ cause: 'waited too long for earlier alerts' }));
    }
    this.waiting = this.waiting.filter(({ deadline }) => deadline > now);
    return this.waiting.splice(0, countThatFits(this.waiting));
  }

  private isFull(): boolean {
    return this.waiting.length >= MAX_LIST_ALERTS || countThatFits(this.waiting) < this.waiting.length;
  }
}

/** At least one: a list is never empty because of a large alert. */
function countThatFits(waiting: readonly Waiting[]): number {
  let bytes = 0;
  let count = 0;
  for (const next of waiting) {
    bytes += next.bytes + 1;
    if (count === MAX_LIST_ALERTS || (count > 0 && bytes > MAX_LIST_BYTES)) break;
    count += 1;
  }
  return count;
}
