import type { KingfisherSettings } from '../agent-settings';
import { listUsers } from '../programs/users';
import type { Writers } from './from-root';
import { listGroups } from './groups';

/** The service's own users and groups, which may write to the folders above its data. Who is not on this host is left out. */
export async function writersOf({ user, owner }: Pick<KingfisherSettings, 'user' | 'owner'>): Promise<Writers> {
  const [users, groups] = [await listUsers(), await listGroups()];
  const own = users.filter(({ name }) => name === user || name === owner?.user);
  const group = groups.filter(({ name }) => name === owner?.group);
  return { uids: own.map(({ uid }) => uid), gids: [...own, ...group].map(({ gid }) => gid) };
}
