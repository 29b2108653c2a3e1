import { stringify } from 'yaml';
import { maskArguments } from '../../shared/text/secrets/arguments';
import { MASK, maskSecrets } from '../../shared/text/secrets/mask';
import { durationText } from './duration-text';
import { config as schema } from '../schema/config';
import type { Config } from '../schema/config';
import { keysAt, secrecyAt } from '../load/schema-walk';
import { sizeText } from './sizes';
import { isMapping, mapScalars } from '../load/values';

const UNITS: { suffix: string; format: (amount: number) => string }[] = [
  { suffix: 'Ms', format: durationText },
  { suffix: 'Bytes', format: sizeText },
];

/** The configuration with the keys and units of halcyon.yaml, so that what is printed can be used as a file. */
export function toFileShape(value: unknown, path: PropertyKey[] = []): unknown {
  if (Array.isArray(value)) return value.map((item, index) => toFileShape(item, [...path, index]));
  if (!isMapping(value)) return value;
  const keys = keysAt(schema, path);
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  return Object.fromEntries(entries.map(([key, child]) => entryInFile(key, child, keys, path)));
}

/** The configuration as halcyon.yaml would say it, secrets masked. */
export function effectiveConfig(config: Config): unknown {
  return masked(toFileShape(config));
}

/** YAML of what `effectiveConfig` gives. */
export function formatConfig(config: Config): string {
  return stringify(effectiveConfig(config), { lineWidth: 0 });
}

function entryInFile(key: string, child: unknown, keys: string[], path: PropertyKey[]): [string, unknown] {
  const unit = keys.includes(key) ? undefined : UNITS.find(({ suffix }) => keys.includes(without(key, suffix)));
  if (unit === undefined) return [key, toFileShape(child, [...path, key])];
  const format = (scalar: unknown) => (typeof scalar === 'number' ? unit.format(scalar) : scalar);
  return [without(key, unit.suffix), mapScalars(child, format)];
}

function without(key: string, suffix: string): string {
  return key.endsWith(suffix) ? key.slice(0, -suffix.length) : key;
}

/** What the schema calls a secret, and what looks like one: as the argument behind `--password`, for instance. */
function masked(value: unknown, path: PropertyKey[] = []): unknown {
  if (Array.isArray(value)) {
    const list = value.map((item, index) => masked(item, [...path, index]));
    return list.every((item) => typeof item === 'string') ? maskArguments(list) : list;
  }
  if (isMapping(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, masked(child, [...path, key])]));
  }
  if (typeof value !== 'string') return value;
  return secrecyAt(schema, path) === 'whole' ? MASK : maskSecrets(value);
}
