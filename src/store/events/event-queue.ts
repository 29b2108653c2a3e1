import type { Pool } from 'pg';

/** Whoever publishes says so again before this is over. */
const HELD_FOR = '30 seconds';
const KEPT_FOR_MS = 86_400_000;

export interface WaitingEvent {
  id: string;
  routingKey: string;
  body: { id: string; event: string };
}

/** Events of incidents that wait to be published. */
export interface EventQueue {
  /**
   * The oldest that wait, in their order. Empty also while somebody else publishes: a holder may do so for 30 seconds from
   * each time that it asks.
   */
  waiting(holder: string, limit: number): Promise<WaitingEvent[]>;
  published(ids: string[]): Promise<void>;
  /** Another may publish at once. */
  release(holder: string): Promise<void>;
}

export function eventQueue(pool: Pool): EventQueue {
  return {
    waiting: (holder, limit) => waiting(pool, holder, limit),
    async published(ids) {
      await pool.query('UPDATE halcyon.events SET published_at = now() WHERE id = ANY ($1::bigint[])', [ids]);
    },
    async release(holder) {
      await pool.query(`UPDATE halcyon.event_publisher SET until = '-infinity' WHERE holder = $1`, [holder]);
    },
  };
}

async function waiting(pool: Pool, holder: string, limit: number): Promise<WaitingEvent[]> {
  const { rowCount } = await pool.query(
    `UPDATE halcyon.event_publisher SET holder = $1, until = now() + interval '${HELD_FOR}'
     WHERE holder = $1 OR until < now()`,
    [holder],
  );
  if (rowCount === 0) return [];
  const { rows } = await pool.query<WaitingEvent>(
    `SELECT id, routing_key AS "routingKey", body FROM halcyon.events
     WHERE published_at IS NULL ORDER BY id LIMIT $1`,
    [limit],
  );
  return rows;
}

/** What was published a day ago, and what nobody took before `before`. */
export async function pruneEvents(pool: Pool, before: Date): Promise<void> {
  await pool.query('DELETE FROM halcyon.events WHERE created_at < $1 OR published_at < $2', [
    before,
    new Date(Date.now() - KEPT_FOR_MS),
  ]);
}
