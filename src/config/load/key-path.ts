const PLAIN_KEY = /^[A-Za-z_][\w-]*$/;

/** A key path as people write it: `escalation.tiers[1].after`, `hosts["h1.example"].services`. */
export function formatKeyPath(path: readonly PropertyKey[]): string {
  return path.map((key, index) => formatKey(key, index === 0)).join('');
}

/** Whether `path` is `ancestor` or lies below it. */
export function isAtOrBelow(path: readonly PropertyKey[], ancestor: readonly PropertyKey[]): boolean {
  return ancestor.every((key, index) => path[index] === key);
}

function formatKey(key: PropertyKey, first: boolean): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = String(key);
  if (!PLAIN_KEY.test(name)) return `[${JSON.stringify(name)}]`;
  return first ? name : `.${name}`;
}
