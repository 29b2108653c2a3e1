import type { Client } from 'pg';
import type { EventPlace, QuarantinedEvent } from '../../shared/observations/outbox';
import type { AgentSettings, OutboxTables } from '../agent-settings';
import { HostError } from '../errors';
import { createRedactor, secretsOf } from '../redact';
import type { Redact } from '../redact';
import { quoted, withDatabase } from './database';

const LOCK_TIMEOUT_MS = 2_000;
const LISTED_AT_MOST = 200;
const REASON_CHARACTERS = 300;

/** An event as it is to be moved: not any more when somebody tried it since. */
export interface EventWanted {
  id: string;
  attempts: number;
  reason: string;
}

export interface OutboxQuarantine {
  find(id: string): Promise<EventPlace>;
  /**
   * Moves the event within one transaction, payload and all. Does nothing where it is there already.
   *
   * @param mayStillChange called right before the transaction is committed
   * @throws HostError `ValueChanged` where it was tried or published meanwhile
   */
  put(event: EventWanted, mayStillChange: () => void): Promise<void>;
  /** Back into the outbox, to be tried from its first attempt. False where it is not in quarantine. */
  restore(id: string): Promise<boolean>;
  /** The newest first. */
  list(): Promise<QuarantinedEvent[]>;
}

interface Options {
  redact: Redact;
  signal?: AbortSignal | undefined;
}

/** The event as a whole, as JSON of its row: it can be put back however columns are added meanwhile. */
const CREATE = (quarantine: string) => `
  CREATE TABLE ${quarantine} (
    event_id text PRIMARY KEY, event json NOT NULL, reason text NOT NULL,
    quarantined_at timestamptz NOT NULL DEFAULT now())`;

const MOVE = (table: string, quarantine: string) => `
  WITH moved AS (
    DELETE FROM ${table} WHERE id = $1 AND published_at IS NULL AND coalesce(attempts, 0) = $2 RETURNING *)
  INSERT INTO ${quarantine} (event_id, event, reason) SELECT moved.id::text, row_to_json(moved), $3 FROM moved`;

const RESTORE = (table: string, quarantine: string) => `
  WITH taken AS (DELETE FROM ${quarantine} WHERE event_id = $1 RETURNING event)
  INSERT INTO ${table} OVERRIDING SYSTEM VALUE
  SELECT row.* FROM taken, LATERAL json_populate_record(
    json_populate_record(NULL::${table}, taken.event), json_build_object('attempts', 0, 'next_attempt', now())) AS row`;

const LIST = (quarantine: string) => `
  SELECT event_id, event->>'event_type' AS event_type, reason, quarantined_at
  FROM ${quarantine} ORDER BY quarantined_at DESC, event_id LIMIT ${LISTED_AT_MOST}`;

/** The quarantine of the outbox: a table in the same database. It is created with the first event. */
export function createOutboxQuarantine(
  url: string,
  { table, quarantine }: OutboxTables,
  { redact, signal }: Options,
): OutboxQuarantine {
  const [from, to] = [quoted(table), quoted(quarantine)];
  const talk = <T>(work: (client: Client) => Promise<T>) =>
    withDatabase({ url, about: 'the quarantine of the outbox', outer: signal }, async (client) => {
      // Whoever holds the event is at work on it.
      await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await client.query(`SET TIME ZONE 'UTC'`);
      return await work(client);
    });

  return {
    find: async (id) => await talk((client) => placeOf(client, id)),
    put: async ({ id, attempts, reason }, mayStillChange) => {
      await talk((client) =>
        inTransaction(client, mayStillChange, async () => {
          if ((await placeOf(client, id)) === 'quarantined') return;
          if (!(await hasQuarantine(client))) await client.query(CREATE(to));
          const { rowCount } = await client.query(MOVE(from, to), [id, attempts, redact(reason, REASON_CHARACTERS)]);
          if (rowCount !== 1) throw new HostError('ValueChanged', `event ${id} was tried or published meanwhile`);
        }),
      );
    },
    restore: async (id) =>
      await talk(async (client) => {
        if (!(await hasQuarantine(client))) return false;
        return (await client.query(RESTORE(from, to), [id])).rowCount === 1;
      }),
    list: async () =>
      await talk(async (client) => {
        if (!(await hasQuarantine(client))) return [];
        return (await client.query<Row>(LIST(to))).rows.map((row) => told(row, redact));
      }),
  };

  async function hasQuarantine(client: Client): Promise<boolean> {
    const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [to]);
    return rows[0]!.there;
  }

  async function placeOf(client: Client, id: string): Promise<EventPlace> {
    const { rows } = await client.query<{ published: boolean }>(
      `SELECT published_at IS NOT NULL AS published FROM ${from} WHERE id = $1`,
      [id],
    );
    if (rows[0] !== undefined) return rows[0].published ? 'published' : 'waiting';
    if (!(await hasQuarantine(client))) return 'gone';
    const kept = await client.query(`SELECT FROM ${to} WHERE event_id = $1`, [id]);
    return kept.rowCount === 1 ? 'quarantined' : 'gone';
  }
}

interface Row {
  event_id: string;
  event_type: string | null;
  reason: string;
  quarantined_at: Date;
}

function told(row: Row, redact: Redact): QuarantinedEvent {
  return {
    id: row.event_id,
    eventType: redact(row.event_type ?? '', REASON_CHARACTERS),
    reason: redact(row.reason, REASON_CHARACTERS),
    quarantinedAt: row.quarantined_at.toISOString(),
  };
}

/** All of it or nothing. A connection that ends on the way leaves nothing. */
async function inTransaction(client: Client, mayStillChange: () => void, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    mayStillChange();
    await client.query('COMMIT');
  } catch (err) {
    await client.query('ROLLBACK').catch(() => {});
    throw err;
  }
}

/** Of the host with these settings; undefined where they name no tables. */
export function openOutboxQuarantine(settings: AgentSettings): OutboxQuarantine | undefined {
  const { postgres } = settings.dependencies;
  if (postgres?.outbox === undefined) return undefined;
  return createOutboxQuarantine(postgres.url, postgres.outbox, { redact: createRedactor(secretsOf(settings)) });
}
