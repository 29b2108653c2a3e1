import { randomUUID } from 'node:crypto';
import type { SettingValue } from '../../shared/safety/lease';
import type { SettingLimits, TableSettings } from '../agent-settings';
import { askDatabase } from '../stores/database';
import { kindOf } from './limits';
import type { Found, SettingStore } from './store';
import { tableStatements } from './table-statements';

interface Row {
  /** Null where it is no scalar. */
  value: string | null;
  etag: string | null;
  /** Null where the path leads nowhere. */
  type: string | null;
  /** Digest of all that the column holds. */
  content: string | null;
  /** Another one after each writing. */
  writing: string;
}

/**
 * A setting in the row that some columns name: a column of its own, or what a path leads to in a `jsonb` document. One
 * statement reads, one statement compares and writes.
 */
export function createTableStore(
  url: string,
  { min, max, oneOf, ...row }: TableSettings & SettingLimits,
): SettingStore {
  const { table, where, columns, path } = row;
  const kind = kindOf({ min, max, oneOf });
  const sql = tableStatements(row);
  const given = [...Object.values(where), ...(path === undefined ? [] : [path])];
  const names = Object.entries(where).map(([column, value]) => `${column}=${value}`);
  const place = [
    `${table} (${names.join(', ')})`,
    ...(path === undefined ? [] : [[columns.value, ...path].join('.')]),
  ].join(' ');
  return { place, read, replace };

  async function read(signal?: AbortSignal): Promise<Found> {
    const [found, another] = await ask(signal);
    const version = found?.etag ?? '';
    const unfit = (evidence: 'absent' | 'malformed', detail: string): Found => ({
      evidence,
      value: null,
      version,
      detail,
    });
    if (found === undefined) return unfit('absent', `${place}: there is no such row`);
    if (another !== undefined) return unfit('malformed', `${place} is more than one row: "where" must name one`);
    if (found.etag === null) return unfit('malformed', `${place} has no etag`);
    if (found.type === null) return unfit('absent', `${place}: the document has no such key`);
    const value = found.value === null ? undefined : parseValue(found.value, found.type, kind);
    if (value === undefined) return unfit('malformed', `${place} is no ${kind}`);
    const mark = { content: found.content ?? '', writing: `${version}/${found.writing}` };
    return { evidence: 'present', value, version, detail: '', mark };
  }

  async function replace(found: Found, value: SettingValue, signal?: AbortSignal): Promise<boolean> {
    const isJson = path !== undefined || (await ask(signal))[0]?.type?.startsWith('json') === true;
    const texts = [found.value!, value].map((one) => (isJson ? JSON.stringify(one) : String(one)));
    const values = [...given, found.version, ...texts, randomUUID()];
    return (await askDatabase(url, sql.replace, values, signal)).length === 1;
  }

  async function ask(signal: AbortSignal | undefined): Promise<Row[]> {
    return await askDatabase<Row>(url, sql.read, given, signal);
  }
}

/** Undefined for what would not be put back as it was, such as `8.0`. */
function parseValue(text: string, type: string, kind: ReturnType<typeof kindOf>): SettingValue | undefined {
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (kind === 'number')
    return String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (!type.startsWith('json')) return text;
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'string' ? parsed : undefined;
}
