import type { ChannelModel } from 'amqplib';
import { closeConnection } from './connect';

type Watched = { on(event: 'error' | 'close', listener: (err?: Error) => void): unknown };

/** Connections and channels that end together, and why they did. */
export class Lifetime {
  private readonly controller = new AbortController();
  private readonly connections: ChannelModel[] = [];
  private why: unknown;

  /** Aborted at the end. */
  readonly signal = this.controller.signal;
  /** Why it came. */
  readonly ended = new Promise<unknown>((resolve) => {
    this.signal.addEventListener('abort', () => resolve(this.why), { once: true });
  });

  constructor() {
    void this.ended.then(() => this.close());
  }

  /** Ends with this connection. */
  add(connection: ChannelModel): ChannelModel {
    this.connections.push(connection);
    this.watch(connection, 'the connection was closed');
    return connection;
  }

  /** Ends with this channel. The broker says why by an error and then closes, or just closes. */
  watch(emitter: Watched, otherwise = 'the channel was closed'): void {
    emitter.on('error', (err) => this.end(err));
    emitter.on('close', (err) => this.end(err ?? new Error(otherwise)));
  }

  /** The first reason counts: what fails after it fails by it. */
  readonly end = (why: unknown): void => {
    this.why ??= why;
    this.controller.abort();
  };

  /** Ends where `begin` fails, with what the broker said before the call that failed by it. */
  async orEnd<T>(begin: () => Promise<T>): Promise<T> {
    try {
      return await begin();
    } catch (err) {
      this.end(err);
      await this.close();
      throw this.why;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.map(closeConnection));
  }
}
