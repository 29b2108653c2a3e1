import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Pool, PoolClient } from 'pg';
import { inTransaction } from './transaction';

const FOLDER = path.join(__dirname, 'sql');
const FILE = /^(\d{4})-[a-z0-9-]+\.sql$/;
/** Any number will do, as long as nobody else takes it. */
const LOCK = 4_254_259_661;

interface Migration {
  number: number;
  name: string;
  sql: string;
  checksum: string;
}

/** A database that this build cannot use as it stands. */
export class MigrationError extends Error {}

/**
 * Brings a database up to date: every numbered file of `sql/` once, in order, each with its own line in
 * `halcyon.migrations`, all in one transaction. Two controllers that start side by side wait for each other.
 *
 * @returns names of those that were applied
 * @throws MigrationError where a file that was applied has changed since, or a newer build was here
 */
export async function migrate(pool: Pool, folder = FOLDER): Promise<string[]> {
  const migrations = migrationsIn(folder);
  return await inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const applied = await appliedTo(client);
    check(migrations, applied);
    const missing = migrations.filter(({ number }) => !applied.has(number));
    for (const { number, name, sql, checksum } of missing) {
      await client.query(sql);
      const line = 'INSERT INTO halcyon.migrations (number, name, checksum) VALUES ($1, $2, $3)';
      await client.query(line, [number, name, checksum]);
    }
    return missing.map(({ name }) => name);
  });
}

function migrationsIn(folder: string): Migration[] {
  const names = readdirSync(folder).filter((name) => FILE.test(name));
  return names.sort().map((name) => {
    const sql = readFileSync(path.join(folder, name), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    return { number: Number(FILE.exec(name)![1]), name, sql, checksum };
  });
}

async function appliedTo(client: PoolClient): Promise<Map<number, { name: string; checksum: string }>> {
  await client.query('CREATE SCHEMA IF NOT EXISTS halcyon');
  await client.query(`
    CREATE TABLE IF NOT EXISTS halcyon.migrations (
      number integer PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
  const { rows } = await client.query<{ number: number; name: string; checksum: string }>(
    'SELECT number, name, checksum FROM halcyon.migrations',
  );
  return new Map(rows.map(({ number, ...rest }) => [number, rest]));
}

function check(migrations: Migration[], applied: Map<number, { name: string; checksum: string }>): void {
  for (const [number, { name, checksum }] of applied) {
    const known = migrations.find((one) => one.number === number);
    if (known === undefined) {
      throw new MigrationError(`the record was migrated by a newer Halcyon (${name}): start that one, or a later one`);
    }
    if (known.checksum !== checksum) {
      throw new MigrationError(
        `migration ${name} is not the one that was applied: a file that was applied never changes`,
      );
    }
  }
}
