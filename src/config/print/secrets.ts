import { z } from 'zod';

/**
 * How secret a key is: `whole` is never shown; of a `url` only the password is hidden in the effective configuration,
 * and nothing of it is shown in an error.
 */
export type Secrecy = 'whole' | 'url';

/** Which nouns of the schema hold secrets. */
export const secrets = z.registry<{ secrecy: Secrecy }>();
