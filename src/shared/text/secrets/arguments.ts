import { maskSecrets } from './mask';

const BETWEEN = '\u0000';

/** The same list with its secrets masked: `--password x`, `-u king:x`, `--token=x`. */
export function maskArguments(list: readonly string[]): string[] {
  const masked = maskSecrets(list.join(BETWEEN)).split(BETWEEN);
  return masked.length === list.length ? masked : list.map((one) => maskSecrets(one));
}
