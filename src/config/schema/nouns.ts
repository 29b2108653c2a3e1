import { z } from 'zod';
import { parseDuration } from '../../shared/text/durations';
import { durationText } from '../print/duration-text';
import { parseSize, sizeText } from '../print/sizes';

/**
 * Nouns that several sections use. Each says what it expects (`expected a duration such as "30m"`); the line of a
 * problem adds what it got, so messages here never hold a value.
 */

/** Text that satisfies a test. */
export function textWhere(what: string, test: (text: string) => boolean) {
  return z.string({ error: `expected ${what}` }).refine(test, { error: `expected ${what}` });
}

/** Text that is not empty. */
export function someText(what = 'text') {
  return textWhere(what, (text) => text.trim() !== '');
}

/** A whole number within bounds, both included. */
export function wholeNumber(min: number, max: number) {
  const error = `expected a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A duration such as `30m`, as milliseconds. */
export function duration({ min = '1ms', max = '30d' }: { min?: string; max?: string } = {}) {
  return measured('a duration such as "30m"', parseDuration, durationText, min, max);
}

/** A size such as `1MiB`, as bytes. */
export function size({ min = '1B', max = '1TiB' }: { min?: string; max?: string } = {}) {
  return measured('a size such as "1MiB"', parseSize, sizeText, min, max);
}

/** For `transform`: what is a duration called timeout comes out as `timeoutMs`. */
export function withMilliseconds<T extends { timeout: number }>({ timeout, ...rest }: T) {
  return { ...rest, timeoutMs: timeout };
}

/** The name of a host as it stands under `hosts:`. */
export function hostName() {
  return textWhere('a host name of letters, digits, ".", "_" and "-", at most 63', (text) =>
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(text),
  );
}

/** A wrapped mapping whose keys are all known. */
export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? 'expected a mapping of keys' : undefined),
  });
}

function measured(
  what: string,
  parse: (text: string) => number | undefined,
  format: (amount: number) => string,
  min: string,
  max: string,
) {
  const least = parse(min) ?? 0;
  const most = parse(max) ?? Number.MAX_SAFE_INTEGER;
  return z.string({ error: `expected ${what}` }).transform((text, context) => {
    const amount = parse(text);
    if (amount !== undefined && amount >= least && amount <= most) return amount;
    const range = amount === undefined ? '' : ` from ${format(least)} to ${format(most)}`;
    context.addIssue({ code: 'custom', message: `expected ${what}${range}` });
    return z.NEVER;
  });
}
