import type { z } from 'zod';
import { isMapping } from '../../load/values';
import { duration, section } from '../nouns';
import { ownFolder } from '../paths';
import { optionalSecretUrl } from '../urls';

/** `store:` where the record of incidents is, and for how long it is kept. Without `url` and `path` there is none. */
export const store = section({
  url: optionalSecretUrl('url', 'postgres', 'postgresql'),
  path: ownFolder().nullable().default(null),
  keepFor: duration({ min: '1d', max: '3650d' }).prefault('400d'),
})
  .superRefine(
    ({ url, path }, context) => {
      if (!url || !path) return;
      const message = 'the record is in one place: store.url or store.path';
      context.addIssue({ code: 'custom', path: ['path'], message });
    },
    { when: ({ value }) => isMapping(value) },
  )
  .transform(({ keepFor, ...rest }) => ({ ...rest, keepForMs: keepFor }));

/** Halcyon must be able to write down that KingFisher's database is away, and takes none of its space. */
export function rejectKingfishersDatabase(
  config: { store: { url: string | null }; agent: { dependencies: { postgres?: { url: string } | undefined } } | null },
  context: z.core.$RefinementCtx,
): void {
  const { url } = config.store;
  const theirs = config.agent?.dependencies.postgres?.url;
  if (url === null || theirs === undefined || databaseOf(url) !== databaseOf(theirs)) return;
  const message = 'this is the database of KingFisher (agent.dependencies.postgres): the record needs one of its own';
  context.addIssue({ code: 'custom', path: ['store', 'url'], message });
}

function databaseOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname === 'localhost' ? '127.0.0.1' : hostname}:${port || '5432'}${pathname}`;
}
