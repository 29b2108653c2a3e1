import type { Client } from 'pg';
import type { OutboxHead, OutboxRows, OutboxSource } from '../../shared/observations/outbox';
import type { OutboxTables } from '../agent-settings';
import { HostError, errorText } from '../errors';
import type { ProbeOptions } from '../probes/answers';
import { quoted, withDatabase } from './database';

const STATEMENT_TIMEOUT_MS = 2_000;
const ERROR_CHARACTERS = 300;
const NAME_CHARACTERS = 100;
const DETAIL_CHARACTERS = 200;

const IS_DUE = 'coalesce(next_attempt <= now(), true)';

/** One row, also where nothing waits: then its head is null. No payload is read. */
const waiting = (table: string) => `
  WITH waiting AS (
    SELECT id, event_type, exchange, routing_key, created_at, coalesce(attempts, 0) AS attempts, max_attempts,
      ${IS_DUE} AS due, coalesce(attempts >= max_attempts, false) AS exhausted, error_message
    FROM ${table} WHERE published_at IS NULL),
  head AS (SELECT * FROM waiting ORDER BY created_at, id LIMIT 1)
  SELECT count(waiting.id)::text AS pending,
    count(*) FILTER (WHERE waiting.exhausted)::text AS exhausted,
    count(*) FILTER (WHERE waiting.due AND NOT waiting.exhausted
      AND (waiting.created_at, waiting.id) > (head.created_at, head.id))::text AS behind,
    extract(epoch FROM now() - head.created_at)::float8 AS age, head.id::text AS id, head.event_type::text AS event_type,
    head.exchange::text AS exchange, head.routing_key::text AS routing_key, head.created_at::timestamptz AS created_at,
    head.attempts::int AS attempts, head.max_attempts::int AS max_attempts, head.due AS due,
    left(head.error_message::text, 2000) AS error
  FROM (SELECT 1) AS once LEFT JOIN head ON true LEFT JOIN waiting ON true
  GROUP BY head.id, head.event_type, head.exchange, head.routing_key, head.created_at, head.attempts, head.max_attempts,
    head.due, head.error_message`;

/** Of what was published: the newest, and whether anything is younger than the head. */
const published = (table: string) => `
  SELECT max(published_at)::timestamptz AS newest, coalesce(bool_or(created_at > $1::timestamptz), false) AS overtaken
  FROM ${table} WHERE published_at IS NOT NULL`;

interface Waiting {
  pending: string;
  exhausted: string;
  behind: string;
  age: number | null;
  id: string | null;
  event_type: string | null;
  exchange: string | null;
  routing_key: string | null;
  created_at: Date;
  attempts: number;
  max_attempts: number | null;
  due: boolean;
  error: string | null;
}

interface Published {
  newest: Date | null;
  overtaken: boolean;
}

export type OutboxTableReading = OutboxSource & { rows: OutboxRows | null };

/** The table itself: how many wait, and what the first in line is. A table that cannot be read is no empty one. */
export async function readOutboxTable(
  url: string,
  { table }: Pick<OutboxTables, 'table'>,
  { redact, signal }: ProbeOptions,
): Promise<OutboxTableReading> {
  try {
    return await withDatabase({ url, about: 'the outbox', outer: signal }, async (client) => {
      await client.query(`SET TIME ZONE 'UTC'`);
      await client.query(`SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
      const { rows } = await client.query<Waiting>(waiting(quoted(table)));
      const found = rows[0]!;
      const { newest, overtaken } = await lookAtPublished(client, table, found.created_at);
      return {
        evidence: 'present',
        pending: Number(found.pending),
        oldestAgeS: found.age === null ? null : Math.max(0, Math.round(found.age)),
        detail: '',
        rows: {
          head: headOf(found, overtaken, redact),
          waitingBehind: Number(found.behind),
          exhausted: Number(found.exhausted),
          lastPublishedAt: newest?.toISOString() ?? null,
        },
      };
    });
  } catch (err) {
    signal?.throwIfAborted();
    const evidence = err instanceof HostError && err.failure === 'NotConfigured' ? 'absent' : 'failed';
    return {
      evidence,
      pending: null,
      oldestAgeS: null,
      detail: redact(`table ${table}: ${errorText(err)}`, DETAIL_CHARACTERS),
      rows: null,
    };
  }
}

/** The past may be long, and without an index: what takes too long to find out stays unknown. */
async function lookAtPublished(
  client: Client,
  table: string,
  headCreatedAt: Date | null,
): Promise<Omit<Published, 'overtaken'> & { overtaken: boolean | null }> {
  try {
    const { rows } = await client.query<Published>(published(quoted(table)), [headCreatedAt]);
    return rows[0]!;
  } catch {
    return { newest: null, overtaken: null };
  }
}

function headOf(found: Waiting, isOvertaken: boolean | null, redact: ProbeOptions['redact']): OutboxHead | null {
  if (found.id === null) return null;
  const name = (text: string | null) => redact(text ?? '', NAME_CHARACTERS);
  return {
    id: found.id,
    eventType: name(found.event_type),
    exchange: name(found.exchange),
    routingKey: name(found.routing_key),
    createdAt: found.created_at.toISOString(),
    attempts: found.attempts,
    maxAttempts: found.max_attempts,
    isDue: found.due,
    isOvertaken,
    error: redact(found.error ?? '', ERROR_CHARACTERS),
  };
}
