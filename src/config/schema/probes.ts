import { z } from 'zod';
import { duration, section, someText, textWhere, wholeNumber } from './nouns';
import { absoluteFile } from './paths';
import { optionalSecret, secret } from './urls';

/** A probe is one of several within a step of fifteen seconds. */
const LONGEST = '10s';

const urlPath = textWhere('a path that begins with "/"', (text) => /^\/[\x21-\x7e]*$/.test(text));

const headerName = textWhere('the name of a header', (text) => /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(text));

const headerValue = textWhere('text of printable characters', (text) => /^[\x20-\x7e]*$/.test(text));

const keys = z.array(someText('the name of a key')).min(1, { error: 'expected at least one key' });

const field = section({
  path: keys,
  equals: z.union([z.string(), z.number(), z.boolean()], { error: 'expected a text, a number, true or false' }),
});

function asked(path: string, timeout: string) {
  return {
    path: urlPath.default(path),
    timeout: duration({ max: LONGEST }).prefault(timeout),
    headers: z.record(headerName, secret(headerValue)).default({}),
    token: optionalSecret(),
    tokenFile: absoluteFile().nullable().default(null),
  };
}

function endpoint(path: string) {
  // Where null: every 2xx.
  const statuses = z.array(wholeNumber(100, 599)).min(1, { error: 'expected at least one status' });
  const well = { statuses: statuses.nullable().default(null), field: field.nullable().default(null) };
  return section({ ...asked(path, '1s'), ...well }).transform(withMilliseconds);
}

const metrics = section(asked('/metrics', '5s')).transform(withMilliseconds);

/** Its statistics of the outbox, and where in them the two numbers are. */
const outbox = section({
  ...asked('/api/v1/outbox/stats', '5s'),
  pending: keys.default(['pending']),
  // In seconds.
  oldestAge: keys.default(['oldest_age_seconds']),
}).transform(withMilliseconds);

function withMilliseconds<T extends { timeout: number }>({ timeout, ...rest }: T) {
  return { ...rest, timeoutMs: timeout };
}

/** How KingFisher is asked whether it is well, and for what its alerts are made of. */
export const probes = section({
  health: endpoint('/health').prefault({}),
  ready: endpoint('/ready').prefault({}),
  metrics: metrics.prefault({}),
  outbox: outbox.prefault({}),
});
