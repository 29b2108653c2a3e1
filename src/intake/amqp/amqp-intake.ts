import type { Logger } from 'pino';
import { connectToBroker } from '../../amqp/connect';
import type { Connect } from '../../amqp/connect';
import { SessionLoop } from '../../amqp/session-loop';
import type { IncidentStarter } from '../incident-starter';
import { MessageTaker } from './message-taker';
import type { Counts } from './message-taker';
import { openSession } from './session';
import type { QueueSettings } from './session';

export interface AmqpIntakeOptions {
  settings: QueueSettings;
  bodyLimitBytes: number;
  starter: IncidentStarter;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** @default over the network */
  connect?: Connect;
  /** Milliseconds of the first pause between two tries, of the broker and of Temporal. @default one second */
  firstPauseMs?: number;
  /** Milliseconds that a message is held while Temporal does not take it. @default one minute */
  holdMs?: number;
}

/** What `/readyz` and `/healthz` say of the queue. Anybody may ask them: neither its place nor why it is away. */
export interface AmqpStatus extends Counts {
  state: 'taking' | 'away' | 'stopped';
  since: string;
  hint?: string;
}

const AWAY_HINT =
  'alerts over HTTP are taken all the same; the log of intake says why the queue is away, and what to do';

/** Takes alerts from a queue until it is stopped. A broker that is down is tried again for ever, and keeps nobody. */
export class AmqpIntake {
  private readonly taker: MessageTaker;
  private readonly loop: SessionLoop;
  private state: AmqpStatus['state'] = 'away';
  private since = new Date().toISOString();

  constructor({ settings, bodyLimitBytes, starter, logger, ...options }: AmqpIntakeOptions) {
    const { connect = connectToBroker, firstPauseMs, holdMs } = options;
    const { queue, prefetch } = settings;
    this.taker = new MessageTaker({ starter, bodyLimitBytes, logger, queue, firstPauseMs, holdMs });
    this.loop = new SessionLoop({
      open: () => openSession(settings, this.taker, connect),
      onBegun: () => {
        this.become('taking');
        logger.info({ queue, prefetch }, 'taking alerts from the queue');
      },
      onEnded: () => this.become('away'),
      tell: (trouble) =>
        logger.warn(
          { queue, ...trouble },
          'no alerts from the queue: it is tried again until it is there; alerts over HTTP are taken all the same',
        ),
      firstPauseMs,
    });
  }

  /** Begins, and comes back at once. */
  start(): void {
    this.loop.start();
  }

  /** Lets what is under way end for `withinMs`. What is not acknowledged by then, the broker gives again. */
  async stop(withinMs: number): Promise<void> {
    await this.loop.stop(withinMs);
    this.become('stopped');
  }

  status(): AmqpStatus {
    const { state, since } = this;
    return { state, since, ...this.taker.counts, ...(state === 'away' ? { hint: AWAY_HINT } : {}) };
  }

  private become(state: AmqpStatus['state']): void {
    if (state === this.state) return;
    this.state = state;
    this.since = new Date().toISOString();
  }
}
