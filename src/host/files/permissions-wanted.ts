import type { Stats } from 'node:fs';
import { HostError } from '../errors';
import { listGroups } from './groups';
import { findUser, listUsers } from '../programs/users';

export const FOLDER_MODE = 0o755;
export const FILE_MODE = 0o644;

export interface Owner {
  uid: number;
  gid: number;
}

/** Names of this host's users and groups by their numbers. */
export interface Names {
  users: Map<number, string>;
  groups: Map<number, string>;
}

/** @throws HostError `NotConfigured` when the host has no such user or group. */
export async function findOwner({ user, group }: { user: string; group: string }): Promise<Owner> {
  const { uid } = await findUser(user);
  const gid = (await listGroups()).find(({ name }) => name === group)?.gid;
  if (gid !== undefined) return { uid, gid };
  const remedy = 'correct kingfisher.owner.group in the configuration';
  throw new HostError('NotConfigured', `there is no group ${group} on this host; ${remedy}`);
}

export async function listNames(): Promise<Names> {
  const [users, groups] = [await listUsers(), await listGroups()];
  return {
    users: new Map(users.map(({ uid, name }) => [uid, name])),
    groups: new Map(groups.map(({ gid, name }) => [gid, name])),
  };
}

/** Whether a file has another name somewhere, and is not the owner's to begin with. */
export function isSparedLink(stat: Stats, { uid }: Owner): boolean {
  return stat.nlink > 1 && stat.uid !== uid;
}

/** Permission bits, with set-user, set-group and sticky. */
export function modeOf({ mode }: Stats): number {
  return mode & 0o7777;
}

/** `root:root 0600` */
export function whatItIs(stat: Stats, names: Names): string {
  return ownedText(stat, modeOf(stat), names);
}

/** What it should be. */
export function wantedText(stat: Stats, owner: Owner, names: Names): string {
  return ownedText(owner, stat.isDirectory() ? FOLDER_MODE : FILE_MODE, names);
}

function ownedText({ uid, gid }: Owner, mode: number, { users, groups }: Names): string {
  return `${users.get(uid) ?? uid}:${groups.get(gid) ?? gid} ${mode.toString(8).padStart(4, '0')}`;
}
