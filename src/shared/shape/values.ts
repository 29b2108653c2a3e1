import { malformed } from './shape';
import type { Shape } from './shape';
import { parseDuration } from '../text/durations';
import { cut } from '../text/text';

/** Names of people, and why they want something: in pages, details and lists. */
const MAX_WORDS = 500;
/** Texts of Halcyon's own: longer ones are cut and not refused, for what they are about must be heard. */
const MAX_TEXT = 10_000;
/** From 1970 to 2200: what is outside is no time of anything here, and `toISOString` writes years beyond 9999 otherwise. */
const LAST_MS = Date.parse('2200-01-01T00:00:00Z');

/** Some words of a person: not empty, at most 500 characters. */
export const words: Shape<string> = (value, place) => {
  if (typeof value !== 'string' || value.trim() === '') throw malformed(place, 'some text', value);
  if (value.length > MAX_WORDS) throw malformed(place, `at most ${MAX_WORDS} characters`, value.length);
  return value;
};

/** The same, where saying nothing is right as well. */
export const maybeEmptyWords: Shape<string> = (value, place) => (value === '' ? '' : words(value, place));

/** Any text, cut to 10,000 characters. */
export const text: Shape<string> = (value, place) => {
  if (typeof value !== 'string') throw malformed(place, 'a text', value);
  return cut(value, MAX_TEXT);
};

/** A name by which something is found again: not empty, never cut. */
export const name: Shape<string> = (value, place) => {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_WORDS && !(value in Object.prototype))
    return value;
  throw malformed(place, `a name of at most ${MAX_WORDS} characters`, value);
};

/** ISO 8601, whatever its offset; gives it in UTC with milliseconds, as all times of Halcyon: they are compared as texts. */
export const time: Shape<string> = (value, place) => {
  const ms = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) ? Date.parse(value) : NaN;
  if (ms >= 0 && ms < LAST_MS) return new Date(ms).toISOString();
  throw malformed(place, 'an ISO 8601 time such as "2026-11-23T03:30:00Z"', value);
};

/** A duration as people write it, more than nothing and at most `most`. */
export function duration({ most, example }: { most: string; example: string }): Shape<string> {
  const mostMs = parseDuration(most)!;
  return (value, place) => {
    const ms = typeof value === 'string' && value.length <= MAX_WORDS ? parseDuration(value) : undefined;
    if (ms !== undefined && ms > 0 && ms <= mostMs) return value as string;
    throw malformed(place, `a duration of at most ${most} such as "${example}"`, value);
  };
}

/** A whole number of `least` to `most`. */
export function whole(least: number, most: number): Shape<number> {
  return (value, place) => {
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
    throw malformed(place, `a whole number from ${least} to ${most}`, value);
  };
}

export const flag: Shape<boolean> = (value, place) => {
  if (typeof value === 'boolean') return value;
  throw malformed(place, 'true or false', value);
};

/** The same, where false and saying nothing are one. */
export const trueOnly: Shape<true | undefined> = (value, place) => {
  if (value === undefined || value === null || value === false) return undefined;
  if (value === true) return true;
  throw malformed(place, 'true or false', value);
};

/** A text, a finite number, or true or false. */
export const scalar: Shape<string | number | boolean> = (value, place) => {
  if (typeof value === 'string') return text(value, place);
  if (typeof value === 'boolean' || Number.isFinite(value)) return value as number | boolean;
  throw malformed(place, 'a text, a number, true or false', value);
};
