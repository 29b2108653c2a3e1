import type { z } from 'zod';
import { secrets } from '../print/secrets';
import type { Secrecy } from '../print/secrets';

type Schema = z.core.$ZodType;

/** Every schema that may describe the value at a key path: several below a union, none where the path leads nowhere. */
export function schemasAt(root: Schema, path: readonly PropertyKey[]): Schema[] {
  return path.reduce<Schema[]>((level, key) => level.flatMap((schema) => child(schema, key)), unwrap(root));
}

/** The keys that a mapping at this path may have; empty for free mappings (`hosts`) and for what is no mapping. */
export function keysAt(root: Schema, path: readonly PropertyKey[]): string[] {
  return [...new Set(schemasAt(root, path).flatMap((schema) => [...ownKeys(schema), ...listedKeys(schema)]))];
}

/** How secret the value at this path is, `undefined` when it is not. */
export function secrecyAt(root: Schema, path: readonly PropertyKey[]): Secrecy | undefined {
  for (const schema of schemasAt(root, path)) {
    const marked = secrets.get(schema)?.secrecy;
    if (marked !== undefined) return marked;
  }
  return undefined;
}

/** Key paths of the whole schema, with `*` for the names of free mappings and the places of lists. */
export function keyPaths(root: Schema): string[][] {
  const inside = (schema: Schema): string[][] => [
    ...ownKeys(schema).flatMap((key) => [[key], ...below(child(schema, key)).map((rest) => [key, ...rest])]),
    ...below(anyChild(schema)).map((rest) => ['*', ...rest]),
  ];
  const below = (schemas: Schema[]): string[][] => schemas.flatMap(inside);
  return below(unwrap(root));
}

/** The schemas behind wrappers and unions; wrappers stay in the list because a marking may sit on them. */
function unwrap(schema: Schema): Schema[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
      return [schema, ...unwrap(def.innerType)];
    case 'pipe':
      return [schema, ...unwrap(def.in)];
    case 'union':
      return [schema, ...def.options.flatMap(unwrap)];
    default:
      return [schema];
  }
}

function child(schema: Schema, key: PropertyKey): Schema[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  if (def.type !== 'object') return anyChild(schema);
  const found = Object.hasOwn(def.shape, key) ? def.shape[String(key)] : undefined;
  return found === undefined ? [] : unwrap(found);
}

function anyChild(schema: Schema): Schema[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  if (def.type === 'array') return unwrap(def.element);
  if (def.type === 'record') return unwrap(def.valueType);
  return [];
}

function ownKeys(schema: Schema): string[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  return def.type === 'object' ? Object.keys(def.shape) : [];
}

/** Keys of a mapping that may hold only some names (`firstTierAfter`: names of runbooks). */
function listedKeys(schema: Schema): string[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  if (def.type !== 'record') return [];
  const keyDef = (def.keyType as z.core.$ZodTypes)._zod.def;
  return keyDef.type === 'enum' ? Object.values(keyDef.entries).map(String) : [];
}
