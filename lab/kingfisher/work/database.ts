/** KingFisher's pool of connections to PostgreSQL. */
import { Pool, type QueryResultRow } from 'pg';
import { log } from '../log';
import type { PoolUse } from '../metrics';

const CONNECTIONS = 20;
const WAIT_FOR_CONNECTION_MS = 5_000;

export class Database {
  private readonly pool: Pool;

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

  async query<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, values)).rows;
  }

  use(): PoolUse {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { active: totalCount - idleCount, idle: idleCount, waiting: waitingCount, max: CONNECTIONS };
  }
}
