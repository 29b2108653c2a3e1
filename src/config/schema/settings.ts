import { z } from 'zod';
import { isMapping, valueAt } from '../load/values';
import { section, someText, textWhere, wholeNumber } from './nouns';
import { absoluteFile } from './paths';

const FORMATS = '"json", "yaml", "env", "table" or "nftables"';

const bound = z.number({ error: 'expected a number' });

const identifier = textWhere('a name of letters, digits and "_"', (text) => /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(text));

/** A table, with or without its schema. */
export const tableName = textWhere('a table such as "config_entries" or "kingfisher.config_entries"', (text) =>
  /^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$/.test(text),
);

const variable = textWhere('the name of an environment variable', (text) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text));

/** Of every place: what may be written there, and what makes KingFisher take it. */
const common = {
  min: bound.optional(),
  max: bound.optional(),
  oneOf: z
    .array(textWhere('text of at most 100 characters', (text) => text !== '' && text.length <= 100))
    .min(1, { error: 'expected at least one text' })
    .optional(),
  apply: z.enum(['none', 'reload', 'restart'], { error: 'expected "none", "reload" or "restart"' }),
};

const keys = z.array(someText('the name of a key')).min(1, { error: 'expected at least one key' });

const columns = section({
  value: identifier.default('data'),
  etag: identifier.default('etag'),
});

/** The row by columns and what they hold. */
const where = z
  .record(identifier, someText('text, in quotes where it is a number'), { error: 'expected a mapping of columns' })
  .refine((named) => Object.keys(named).length > 0 && Object.keys(named).length <= 8, {
    error: 'expected from one to eight columns',
  });

const network = z
  .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
    error: 'expected an address, or a network such as "10.0.0.0/8"',
  })
  .refine((text) => !(text.includes('.') && text.includes(':')), { error: 'expected an IPv4 address as such' });

/** Addresses that this host's firewall drops for a while, each a setting of its own. */
const family = section({
  format: z.literal('nftables'),
  // Nobody blocks what watches this host or steers it, nor a proxy that all clients come through.
  never: z
    .array(network, { error: 'expected a list of networks' })
    .min(1, { error: 'expected at least one network: those of monitoring, Temporal and people' }),
  atMost: wholeNumber(1, 100).default(32),
  // Most addresses that one block may take in, as the length of its prefix.
  widest: section({
    ipv4: wholeNumber(8, 32).default(32),
    ipv6: wholeNumber(32, 128).default(64),
  }).prefault({}),
});

const place = z
  .discriminatedUnion(
    'format',
    [
      section({ format: z.literal('json'), file: absoluteFile(), path: keys, ...common }),
      section({ format: z.literal('yaml'), file: absoluteFile(), path: keys, ...common }),
      section({ format: z.literal('env'), file: absoluteFile(), variable, ...common }),
      section({
        format: z.literal('table'),
        table: tableName.default('config_entries'),
        where,
        columns: columns.prefault({}),
        // Within a jsonb column; absent where the column itself is the value.
        path: keys.optional(),
        ...common,
      }),
      family,
    ],
    {
      error: (issue) => (issue.code === 'invalid_union' ? `expected ${FORMATS}` : 'expected a mapping of keys'),
    },
  )
  .superRefine(checkLimits);

const settingName = textWhere('a name of letters, digits, ".", "_" and "-", at most 100', (text) =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text),
);

/** `agent.settings:` what a lease may change on this host. */
export const settings = z
  .record(settingName, place, { error: 'expected a mapping of keys' })
  .superRefine(checkFamilies)
  .superRefine(checkPlaces);

/** For the whole `agent` section: a row is reached by the URL of the dependency. */
export function checkTables(value: unknown, context: z.core.$RefinementCtx): void {
  const all = valueAt(value, ['settings']);
  if (!isMapping(all) || valueAt(value, ['dependencies', 'postgres']) !== undefined) return;
  for (const [name, one] of Object.entries(all)) {
    if (valueAt(one, ['format']) !== 'table') continue;
    const message = 'a table needs dependencies.postgres';
    context.addIssue({ code: 'custom', path: ['settings', name, 'format'], message });
  }
}

/** They would share one table, and each would count the other's addresses. */
function checkFamilies(all: Record<string, { format: string }>, context: z.core.$RefinementCtx): void {
  const [, ...more] = Object.keys(all).filter((name) => all[name]!.format === 'nftables');
  for (const name of more) {
    const message = 'another setting has this format: a host has one family of blocked addresses';
    context.addIssue({ code: 'custom', path: [name, 'format'], message });
  }
}

/** Two leases of one value would each put back what the other wrote. */
function checkPlaces(all: Record<string, z.output<typeof place>>, context: z.core.$RefinementCtx): void {
  const names: Record<string, string> = {};
  for (const [name, one] of Object.entries(all)) {
    const where = placeOf(one);
    if (where === undefined) continue;
    const other = (names[where] ??= name);
    if (other === name) continue;
    const message = `${other} is the same place: a value has one name, and so one lease`;
    context.addIssue({ code: 'custom', path: [name], message });
  }
}

/** The same text for the same value; undefined for a family, whose members have places of their own. */
function placeOf(one: z.output<typeof place>): string | undefined {
  switch (one.format) {
    case 'nftables':
      return undefined;
    case 'env':
      return JSON.stringify(['env', one.file, one.variable]);
    case 'json':
    case 'yaml':
      return JSON.stringify(['keys', one.file, one.path]);
    case 'table': {
      const row = Object.entries(one.where).sort(([a], [b]) => (a < b ? -1 : 1));
      // What PostgreSQL looks for without a schema is usually in this one.
      return JSON.stringify(['table', one.table.replace(/^public\./, ''), row, one.columns.value, one.path ?? []]);
    }
  }
}

interface Limits {
  format: string;
  min?: number | undefined;
  max?: number | undefined;
  oneOf?: string[] | undefined;
}

function checkLimits({ min, max, oneOf }: Limits, context: z.core.$RefinementCtx): void {
  const refuse = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  if ((min === undefined) !== (max === undefined)) refuse(min === undefined ? 'min' : 'max', 'min and max go together');
  if (min !== undefined && max !== undefined && min > max) refuse('max', 'max is less than min');
  if (oneOf !== undefined && min !== undefined)
    refuse('oneOf', 'a setting is a number with min and max, or one of texts');
}
