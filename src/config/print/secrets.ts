import { z } from 'zod';

/**
 * How secret a key is: `whole` is never shown; of a `url` only the password is hidden in the effective configuration,
 * and nothing of it is shown in an error.
 */
export type Secrecy = 'whole' | 'url';

/** Which nouns of the schema hold secrets. */
export const secrets = z.registry<{ secrecy: Secrecy }>();

/** What stands in place of a secret. */
export const MASK = '********';

/** A text with the passwords of URLs masked, in the authority and in the query. */
export function maskUrlPasswords(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^/?#\s:]*):[^/?#\s]*@/gi, `$1:${MASK}@`)
    .replace(/([?&][^=&#\s]*(?:password|passwd|secret|token|key)=)[^&#\s]+/gi, `$1${MASK}`);
}
