import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { Client } from 'pg';
import type { SettingValue } from '../../shared/safety/lease';
import { HostError, errorCode, errorText } from '../errors';
import { withDeadline } from '../probes/deadline';
import type { SettingLimits, TableSettings } from '../agent-settings';
import { kindOf } from './limits';
import type { Found, SettingStore } from './store';

const TIMEOUT_MS = 5_000;
/** Undefined table or column, insufficient privilege, a type that takes no such value. */
const CONFIGURED_WRONGLY = /^(42P01|42703|42501|42804|22P02|3F000)$/;

interface Row {
  value: string | null;
  etag: string | null;
  type: string;
}

/**
 * A setting in a row of `config_entries`. One statement reads, one statement compares and writes. The value is compared
 * as the text that PostgreSQL makes of it; the column may be text, a number or JSON.
 */
export function createTableStore(
  url: string,
  { table, columns, key, ...limits }: TableSettings & SettingLimits,
): SettingStore {
  const name = table.split('.').map(quoted).join('.');
  const [keyColumn, valueColumn, etagColumn] = [columns.key, columns.value, columns.etag].map(quoted);
  const where = `${keyColumn} = $1`;
  return { place: table, read, replace };

  async function read(signal?: AbortSignal): Promise<Found> {
    const select = `SELECT ${valueColumn}::text AS value, ${etagColumn}::text AS etag, pg_typeof(${valueColumn})::text AS type`;
    const rows = await ask<Row>(url, `${select} FROM ${name} WHERE ${where}`, [key], signal);
    const [row] = rows;
    if (row === undefined) return { evidence: 'absent', value: null, version: '', detail: `${table} has no ${key}` };
    const version = row.etag ?? '';
    const value =
      rows.length > 1 || row.value === null || row.etag === null ? undefined : parseValue(row, kindOf(limits));
    if (value !== undefined) return { evidence: 'present', value, version, detail: '' };
    return {
      evidence: 'malformed',
      value: null,
      version,
      detail: `${key} of ${table} is no single value with an etag`,
    };
  }

  async function replace(found: Found, value: SettingValue, signal?: AbortSignal): Promise<boolean> {
    const sql = `UPDATE ${name} SET ${valueColumn} = $4, ${etagColumn} = $5
      WHERE ${where} AND ${etagColumn}::text = $2 AND ${valueColumn}::text = $3 RETURNING 1`;
    const [{ type = '' } = {}] = await ask<Row>(
      url,
      `SELECT pg_typeof(${valueColumn})::text AS type FROM ${name} WHERE ${where}`,
      [key],
      signal,
    );
    const texts = [found.value!, value].map((one) => textOf(one, type));
    return (await ask(url, sql, [key, found.version, ...texts, randomUUID()], signal)).length === 1;
  }
}

/** JSON columns hold `"text"`, others the text itself. */
function textOf(value: SettingValue, type: string): string {
  return typeof value === 'string' && type.startsWith('json') ? JSON.stringify(value) : String(value);
}

function parseValue({ value, type }: Row, kind: ReturnType<typeof kindOf>): SettingValue | undefined {
  const text = value!;
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (kind === 'number')
    return String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (!type.startsWith('json')) return text;
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'string' ? parsed : undefined;
}

async function ask<T>(url: string, sql: string, values: string[], outer?: AbortSignal): Promise<T[]> {
  try {
    return await withDeadline(TIMEOUT_MS, outer, async (signal) => {
      const client = new Client({
        connectionString: url,
        application_name: 'halcyon',
        stream: () => new net.Socket({ signal }),
      });
      client.on('error', () => {});
      try {
        await client.connect();
        return (await client.query(sql, values)).rows as T[];
      } finally {
        client.end().catch(() => {});
      }
    });
  } catch (err) {
    outer?.throwIfAborted();
    const failure = CONFIGURED_WRONGLY.test(errorCode(err)) ? 'NotConfigured' : 'ObservationFailed';
    throw new HostError(failure, `PostgreSQL, asked for a setting: ${errorText(err)}`);
  }
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
