/** A mapping of YAML, as opposed to a list, text, a number, true/false or nothing. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a key path, `undefined` where the path leads nowhere. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** A copy of a plain value in which every scalar went through `replace`. */
export function mapScalars(
  value: unknown,
  replace: (scalar: unknown, path: PropertyKey[]) => unknown,
  path: PropertyKey[] = [],
): unknown {
  if (Array.isArray(value)) return value.map((item, index) => mapScalars(item, replace, [...path, index]));
  if (!isMapping(value)) return replace(value, path);
  // fromEntries defines own properties, so a key such as __proto__ stays a key and is reported as unknown.
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, mapScalars(child, replace, [...path, key])]),
  );
}
