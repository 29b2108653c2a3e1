import sha256 from 'fast-sha256';

const SHOWN = 8;

/** The start of the sha256 of a plain JSON value, the same whatever the order of its keys: 8 hex digits. */
export function hashOf(value: object): string {
  const digest = sha256(new TextEncoder().encode(canonical(value)));
  return Array.from(digest.slice(0, SHOWN / 2), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, child]) => `${JSON.stringify(key)}:${canonical(child)}`).join(',')}}`;
}
