/** KingFisher's pool of connections to PostgreSQL. */
import { DatabaseError, Pool, type QueryResultRow } from 'pg';
import { log } from '../log';
import type { PoolUse } from '../metrics';

const CONNECTIONS = 20;
const WAIT_FOR_CONNECTION_MS = 5_000;
/** It shuts down, starts, has no connection left, or ended this one. */
const AWAY = new Set(['57P01', '57P02', '57P03', '53300']);

/** PostgreSQL cannot be asked at the moment; the question itself may be a good one. */
export class DatabaseAway extends Error {}

export class Database {
  private readonly pool: Pool;
  private leaked = 0;

  constructor(url: URL) {
    this.pool = new Pool({
      connectionString: url.href,
      max: CONNECTIONS,
      connectionTimeoutMillis: WAIT_FOR_CONNECTION_MS,
      application_name: 'kingfisher',
    });
    // A connection that is lost while nobody uses it: the next query opens another.
    this.pool.on('error', (error) => log('WARNING', 'database', `connection lost: ${error.message}`));
  }

  /** @throws DatabaseAway, or what PostgreSQL or the pool says. */
  async query<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    try {
      return (await this.pool.query<Row>(text, values)).rows;
    } catch (error) {
      throw this.isAway(error) ? new DatabaseAway((error as Error).message || 'connection refused') : error;
    }
  }

  use(): PoolUse {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { active: totalCount - idleCount, idle: idleCount, waiting: waitingCount, max: CONNECTIONS };
  }

  isExhausted(): boolean {
    return this.use().active >= CONNECTIONS;
  }

  /** Takes one more connection of the pool and never gives it back: a transaction is open on it until the process ends. */
  async leak(): Promise<void> {
    if (this.leaked >= CONNECTIONS) return;
    this.leaked++;
    try {
      const client = await this.pool.connect();
      client.on('error', () => undefined);
      await client.query('BEGIN');
    } catch {
      this.leaked--;
    }
  }

  /** Neither an answer of PostgreSQL to the question, nor a pool that is used up. */
  private isAway(error: unknown): boolean {
    if (error instanceof DatabaseError) return AWAY.has(error.code ?? '');
    return !this.isExhausted();
  }
}
