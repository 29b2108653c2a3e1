import { clip } from './text';

const MAX_SHOWN = 40;

/** `alerts[3].startsAt: expected an ISO 8601 time, got "yesterday"` */
export function problem(place: string, expected: string, got: unknown): string {
  return `${place}: expected ${expected}, got ${shown(got)}`;
}

/** What came in place of something else, short. */
export function shown(input: unknown): string {
  if (input === undefined) return 'nothing';
  if (Array.isArray(input)) return input.length === 0 ? 'an empty list' : 'a list';
  if (typeof input === 'object' && input !== null) return 'an object';
  return typeof input === 'string' ? JSON.stringify(clip(input, MAX_SHOWN)) : String(input);
}
