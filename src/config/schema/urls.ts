import type { z } from 'zod';
import { secrets } from '../print/secrets';
import { textWhere } from './nouns';

/** A URL of one of these protocols, named without colon (`http`). */
export function url(...protocols: [string, ...string[]]) {
  const starts = protocols.map((protocol) => `${protocol}://`).join(' or ');
  return textWhere(`a URL that starts with ${starts}`, (text) => isUrlOf(text, protocols));
}

/** A URL that may hold a password. */
export function secretUrl(...protocols: [string, ...string[]]) {
  return url(...protocols).register(secrets, { secrecy: 'url' });
}

/** Text that is secret altogether; empty text (`${NAME:-}`) means none. */
export function optionalSecret() {
  const what = 'text of printable characters without spaces';
  return textWhere(what, (text) => /^[\x21-\x7e]*$/.test(text))
    .register(secrets, { secrecy: 'whole' })
    .transform((text) => (text === '' ? null : text))
    .nullable()
    .default(null);
}

/** A URL whose password is secret, or all of it; empty text (`${NAME:-}`) means none. */
export function optionalSecretUrl(secrecy: 'url' | 'whole', ...protocols: [string, ...string[]]) {
  const starts = protocols.map((protocol) => `${protocol}://`).join(' or ');
  return textWhere(`a URL that starts with ${starts}`, (text) => text === '' || isUrlOf(text, protocols))
    .register(secrets, { secrecy })
    .transform((text) => (text === '' ? null : text))
    .nullable()
    .default(null);
}

/** Marks a noun as secret altogether. */
export function secret<T extends z.ZodType>(noun: T): T {
  secrets.add(noun, { secrecy: 'whole' });
  return noun;
}

function isUrlOf(text: string, protocols: readonly string[]): boolean {
  if (!protocols.some((protocol) => text.startsWith(`${protocol}://`))) return false;
  return URL.canParse(text) && new URL(text).hostname !== '' && !/\s/.test(text);
}
