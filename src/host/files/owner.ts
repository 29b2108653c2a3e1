import { readFile } from 'node:fs/promises';
import { HostError } from '../errors';
import { notConfigured } from '../services/service-managers';
import type { OwnerSettings } from '../agent-settings';
import { findUser } from '../programs/users';

export interface Owner {
  uid: number;
  gid: number;
}

/**
 * Who restored files belong to; `undefined` where we may not give files away, and they stay our own.
 *
 * @throws HostError `NotConfigured` when nobody is named, or the host has no such user or group.
 */
export async function ownerOf(owner: OwnerSettings | null): Promise<Owner | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  if (owner === null) throw notConfigured('kingfisher.owner');
  const { user, group } = owner;
  const { uid } = await findUser(user);
  const lines = (await readFile('/etc/group', 'utf8').catch(() => '')).split('\n');
  const gid = lines.map((line) => line.split(':')).find(([name]) => name === group)?.[2];
  if (gid === undefined) {
    throw new HostError('NotConfigured', `there is no group ${group} on this host; correct kingfisher.owner`);
  }
  return { uid, gid: Number(gid) };
}
