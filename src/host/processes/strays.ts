import { readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { ServiceState } from '../../shared/observations/service';
import { endEach } from '../programs/end-process';
import type { Ending } from '../programs/end-process';
import type { ChangeContext } from '../fence/change-context';
import { HostError } from '../errors';
import { isLinkOfRoot, openFolderOf, realPathOf } from '../files/from-root';
import { isAlive, listProcesses, readProcess } from './process-table';
import type { ProcessRecord } from './process-table';
import { isStopped } from '../services/service-manager';
import { isUnder, withAncestors } from './service-processes';
import { isPersonsTool, programPlaces } from './strays-program';

/** What is ended may have started another one meanwhile. */
const ROUNDS = 5;

export interface Service {
  /** The service's user; `undefined` where the host has none, or the user does not tell its processes from others. */
  uid: number | undefined;
  installDir: string;
  /** Its manager's view: what that owns is no stray while the service runs. */
  observe(): Promise<ServiceState>;
}

export interface EndedStray {
  record: ProcessRecord;
  how: Ending;
}

/**
 * Processes of the service's user, or whose program or script is in the install folder, that the service's manager does
 * not own. Never this process, its ancestors and its group; never what a person looks or types with.
 *
 * Of another user's processes only those count that execute something of the install folder: standing in it, or naming
 * it in an argument, makes nobody a part of the service.
 *
 * @throws HostError `UnsafeSelector` for an install folder that is no plain absolute path, or `/`.
 */
export async function findStrays(service: Service): Promise<ProcessRecord[]> {
  const folders = await installFolders(service.installDir);
  const all = await listProcesses();
  const own = withAncestors(process.pid, all);
  const group = all.find(({ pid }) => pid === process.pid)?.group;
  // Asked after the processes were listed: one of them that a new start owns is seen to be owned.
  const owned = ownedByManager(await service.observe(), all);
  return all.filter((record) => {
    if (!isAlive(record) || record.pid <= 1 || own.has(record.pid) || record.group === group) return false;
    return !owned(record) && belongs(record, service.uid, folders);
  });
}

/**
 * Ends the strays, and those that appear while it does: TERM, and KILL after `graceMs`.
 *
 * @throws HostError `NotInDesiredState` when one does not end, or new ones appear again and again.
 */
export async function endStrays(service: Service, graceMs: number, going: ChangeContext = {}): Promise<EndedStray[]> {
  const ended: EndedStray[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    going.signal?.throwIfAborted();
    const strays = await findStrays(service);
    if (strays.length === 0) return ended;
    going.mayStillChange?.();
    const endings = await endEach(strays, graceMs);
    ended.push(...strays.map((record, at) => ({ record, how: endings[at]! })));
  }
  if ((await findStrays(service)).length === 0) return ended;
  const remedy = 'find what starts them (cron, another unit, a supervisor) and stop that';
  throw new HostError(
    'NotInDesiredState',
    `processes of the service appear again as soon as they are ended; ${remedy}`,
  );
}

function belongs(record: ProcessRecord, uid: number | undefined, folders: string[]): boolean {
  const isOurs = programPlaces(record).some((place) => folders.some((folder) => isUnder(place, folder)));
  if (isOurs) return true;
  return uid !== undefined && record.uid === uid && !isPersonsTool(record);
}

/** As written and as the kernel names it, which differ for a link. */
async function installFolders(installDir: string): Promise<string[]> {
  if (!path.isAbsolute(installDir) || path.resolve(installDir) !== installDir || installDir === '/') {
    const remedy = 'correct kingfisher.installDir in the configuration';
    throw new HostError('UnsafeSelector', `"${installDir}" is not the plain absolute path of a folder; ${remedy}`);
  }
  const real = await realpath(installDir).catch(() => installDir);
  return real !== '/' && (await mayLeadTo(installDir, real)) ? [installDir, real] : [installDir];
}

/**
 * Whether a link in the place of the folder is believed: one that root made, or one to a folder beside it, as of a release
 * that was deployed. By any other one the service could make programs of the host its own, and have them ended.
 */
async function mayLeadTo(installDir: string, real: string): Promise<boolean> {
  const holder = await openFolderOf(installDir).catch(() => undefined);
  try {
    if (holder === undefined) return false;
    const stat = await holder.stat(path.basename(installDir));
    const isRoots = stat !== undefined && isLinkOfRoot(await holder.handle.stat(), stat);
    return isRoots || isUnder(real, await realPathOf(holder));
  } finally {
    await holder?.close();
  }
}

/** A unit that runs owns its control group; a process, what it started. One that is stopped owns nothing. */
function ownedByManager(state: ServiceState, all: ProcessRecord[]): (record: ProcessRecord) => boolean {
  if (isStopped(state)) return () => false;
  const { manager, mainPid, unit } = state;
  if (manager === 'systemd') return ({ pid }) => pid === mainPid || isInUnit(pid, unit);
  return ({ pid, group }) => group === mainPid || withAncestors(pid, all).has(mainPid ?? -1);
}

/** One that has ended meanwhile is not worth a signal either. */
function isInUnit(pid: number, unit: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').split(/[\n/]/).includes(unit);
  } catch {
    return readProcess(pid) === undefined;
  }
}
