import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumeMessage } from 'amqplib';
import type { Logger } from 'pino';
import { Backoff } from '../../amqp/backoff';
import { troubleOf } from '../../amqp/trouble';
import type { Alert } from '../../shared/alert';
import type { IncidentStarter } from '../incident-starter';
import { TemporalUnavailable } from '../temporal-errors';
import { readMessage } from './read-message';

/** A message that waits for Temporal goes back after this long: another intake may reach it. */
const HOLD_MS = 60_000;
const LONGEST_PAUSE_MS = 15_000;

export interface MessageTakerOptions {
  starter: IncidentStarter;
  bodyLimitBytes: number;
  queue: string;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Milliseconds that a message is held while it cannot be taken. @default one minute */
  holdMs?: number | undefined;
  /** Milliseconds of the first pause between two tries. @default one second */
  firstPauseMs?: number | undefined;
}

/** How a message may be got rid of. */
export interface Burial {
  bury(message: ConsumeMessage, reason: string, from: string): Promise<void>;
}

/** Since the start of the process. */
export interface Counts {
  /** Messages of which Temporal has every alert. */
  taken: number;
  deadLettered: number;
  /** Messages that went back to the queue, for Temporal did not take them. */
  requeued: number;
}

/** Does with each message what is to be done, until the broker may forget it or has to give it again. */
export class MessageTaker {
  readonly counts: Counts = { taken: 0, deadLettered: 0, requeued: 0 };
  /** Why nothing is taken at the moment: each reason is told once. */
  private readonly told = new Set<string>();

  constructor(private readonly options: MessageTakerOptions) {}

  /**
   * Resolves with `done` once Temporal has every alert of the message, or it is among the dead letters; with `again` when
   * the broker should give it once more.
   *
   * @param over aborted when the connection that it came by is at its end
   */
  async take(message: ConsumeMessage, burial: Burial, over: AbortSignal): Promise<'done' | 'again'> {
    const { bodyLimitBytes } = this.options;
    const read = readMessage(message.content, { bodyLimitBytes, receivedAt: new Date().toISOString() });
    const attempt = 'alerts' in read ? () => this.deliver(read.alerts) : () => this.bury(message, read.poison, burial);
    const { holdMs = HOLD_MS, firstPauseMs } = this.options;
    const until = Date.now() + holdMs;
    const pauses = new Backoff({
      mostMs: LONGEST_PAUSE_MS,
      ...(firstPauseMs === undefined ? {} : { firstMs: firstPauseMs }),
    });
    for (;;) {
      try {
        await attempt();
        return 'done';
      } catch (err) {
        if (over.aborted) return 'again';
        this.tell(err);
      }
      await sleep(pauses.next(), undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return 'again';
      if (Date.now() < until) continue;
      this.counts.requeued += 1;
      return 'again';
    }
  }

  private async deliver(alerts: Alert[]): Promise<void> {
    await this.options.starter.deliver(alerts);
    this.counts.taken += 1;
    if (this.told.size === 0) return;
    this.told.clear();
    this.options.logger.info({ queue: this.options.queue }, 'alerts of the queue are taken again');
  }

  private async bury(message: ConsumeMessage, reason: string, burial: Burial): Promise<void> {
    const { queue, logger } = this.options;
    await burial.bury(message, reason, queue);
    this.counts.deadLettered += 1;
    const { messageId } = message.properties as { messageId?: unknown };
    const id = typeof messageId === 'string' ? { messageId: messageId.slice(0, 100) } : {};
    const facts = { queue, routingKey: message.fields.routingKey, bytes: message.content.length, ...id };
    logger.warn({ ...facts, reason }, 'message went to the dead letters: no alert can be read from it');
  }

  private tell(err: unknown): void {
    const { reason } = troubleOf(err);
    if (this.told.has(reason)) return;
    this.told.add(reason);
    const { logger, queue } = this.options;
    if (err instanceof TemporalUnavailable) {
      logger.warn({ queue, reason }, 'alerts wait in the queue: Temporal is unavailable; they are tried again');
    } else {
      logger.error({ queue, reason }, 'a message of the queue could not be dealt with; it is tried again');
    }
  }
}
