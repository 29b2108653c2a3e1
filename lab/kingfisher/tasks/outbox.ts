/** The outbox: events are written with the work that they tell of, and published later, in order. */
import type { Database } from './database';

/** One row that waits. */
export interface OutboxEvent {
  id: string;
  event_type: string;
  payload: unknown;
  routing_key: string;
  exchange: string;
  attempts: number;
  max_attempts: number;
  /** Its next attempt may be made now. */
  is_due: boolean;
}

/** What `/api/v1/outbox/stats` answers. */
export interface OutboxStatistics {
  pending: number;
  published: number;
  oldest_age_seconds: number | null;
  oldest_id: string | null;
  oldest_attempts: number | null;
  oldest_error: string | null;
}

const KEEP_PUBLISHED = '1 hour';

export class Outbox {
  constructor(
    private readonly database: Database,
    private readonly exchange: string,
  ) {}

  async add(eventType: string, payload: object, count = 1): Promise<void> {
    await this.database.query(
      `INSERT INTO kingfisher.outbox (event_type, payload, routing_key, exchange)
       SELECT $1::text, $2::jsonb, $1::text, $3::text FROM generate_series(1, $4::int)`,
      [eventType, JSON.stringify(payload), this.exchange, count],
    );
  }

  async pending(): Promise<number> {
    const [row] = await this.database.query<{ pending: number }>(
      'SELECT count(*)::int AS pending FROM kingfisher.outbox WHERE published_at IS NULL',
    );
    return row!.pending;
  }

  /** The head of the line first. */
  async waiting(atMost: number): Promise<OutboxEvent[]> {
    return await this.database.query<OutboxEvent>(
      `SELECT id::text, event_type, payload, routing_key, exchange, attempts, max_attempts, next_attempt <= now() AS is_due
       FROM kingfisher.outbox WHERE published_at IS NULL ORDER BY kingfisher.outbox.id LIMIT $1`,
      [atMost],
    );
  }

  async published(ids: string[]): Promise<void> {
    await this.database.query(
      `UPDATE kingfisher.outbox SET published_at = now(), attempts = attempts + 1, error_message = NULL
       WHERE id = ANY($1::bigint[])`,
      [ids],
    );
  }

  /** The next attempt comes after 1, 2, 4 … seconds. */
  async failed(id: string, error: string): Promise<void> {
    await this.database.query(
      `UPDATE kingfisher.outbox SET attempts = attempts + 1, error_message = $2,
         next_attempt = now() + interval '1 second' * power(2, attempts)
       WHERE id = $1`,
      [id, error],
    );
  }

  async forgetOld(): Promise<void> {
    await this.database.query(
      `DELETE FROM kingfisher.outbox WHERE published_at < now() - interval '${KEEP_PUBLISHED}'`,
    );
  }

  async statistics(published: number): Promise<OutboxStatistics> {
    const [head] = await this.database.query<{ id: string; age: number; attempts: number; error: string | null }>(
      `SELECT id::text, extract(epoch FROM now() - created_at)::float8 AS age, attempts, error_message AS error
       FROM kingfisher.outbox WHERE published_at IS NULL ORDER BY kingfisher.outbox.id LIMIT 1`,
    );
    return {
      pending: await this.pending(),
      published,
      oldest_age_seconds: head === undefined ? null : Number(head.age.toFixed(3)),
      oldest_id: head?.id ?? null,
      oldest_attempts: head?.attempts ?? null,
      oldest_error: head?.error ?? null,
    };
  }
}
