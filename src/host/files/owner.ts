import { notConfigured } from '../services/service-managers';
import type { OwnerSettings } from '../agent-settings';
import { findOwner } from './permissions-wanted';
import type { Owner } from './permissions-wanted';

/**
 * Who restored files belong to; `undefined` where we may not give files away, and they stay our own.
 *
 * @throws HostError `NotConfigured` when nobody is named, or the host has no such user or group.
 */
export async function ownerOf(owner: OwnerSettings | null): Promise<Owner | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  if (owner === null) throw notConfigured('kingfisher.owner');
  return await findOwner(owner);
}
