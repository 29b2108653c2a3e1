import { statfs } from 'node:fs/promises';
import type { BackupPlan } from '../../shared/observations/backups';
import { isHidden } from '../../shared/observations/images/image-layout';
import { HostError } from '../errors';
import { join } from '../files/walk';
import { imagesNotFound } from './look-elsewhere';
import { nearestExisting, openRoot, openSource } from './place';
import type { BackupSettings, Source } from './place';

/** What is to be copied, by path below the source. */
export interface Inventory {
  sizes: Map<string, number>;
  skipped: number;
}

export function hasNoImages({ sizes }: Inventory): boolean {
  return [...sizes.keys()].every(isHidden);
}

export async function takeInventory(source: Source, signal?: AbortSignal): Promise<Inventory> {
  const found: Inventory = { sizes: new Map(), skipped: 0 };
  if (source.folder === undefined) return found;
  await source.walk({
    files: async (_folder, below, files) => {
      for (const { name, size } of files) found.sizes.set(join(below, name), size);
    },
    skipped: () => void found.skipped++,
    signal,
  });
  return found;
}

/**
 * H.2 dry run.
 *
 * @throws HostError `UnsafeSelector`
 */
export async function planBackup(settings: BackupSettings, day: string, signal?: AbortSignal): Promise<BackupPlan> {
  const source = await openSource(settings, day);
  const { path, folder } = source;
  try {
    const inventory = await takeInventory(source, signal);
    const sizes = [...inventory.sizes.values()];
    const obstacle = hasNoImages(inventory) ? await imagesNotFound(settings, day, signal) : undefined;
    // Whether it may be written to is told before it is needed.
    await (await openRoot(settings))?.close();
    const room = await measure(settings, sizes);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const { availableBytes } = room;
    const plan = { source: path, exists: folder !== undefined, files: sizes.length, bytes, availableBytes };
    return { ...plan, fits: fits(room), ...(obstacle === undefined ? {} : { obstacle }) };
  } finally {
    await folder?.close();
  }
}

/** @throws HostError `NotEnoughSpace` when files of these sizes would eat into the reserve. */
export async function checkSpace(settings: BackupSettings, sizes: number[]): Promise<void> {
  const room = await measure(settings, sizes);
  if (fits(room)) return;
  throw notEnoughSpace(
    `a backup below ${settings.root} needs ${room.needBytes} bytes (reserve of ${settings.reserveBytes} included) and ` +
      `${room.needFiles} inodes; there are ${room.availableBytes} bytes and ${room.availableFiles} inodes. ` +
      'Nothing was written; make room there or set backup.root to another file system',
  );
}

export function notEnoughSpace(message: string): HostError {
  return new HostError('NotEnoughSpace', message);
}

interface Room {
  needBytes: number;
  needFiles: number;
  availableBytes: number;
  availableFiles: number;
}

function fits(room: Room): boolean {
  return room.needBytes <= room.availableBytes && room.needFiles <= room.availableFiles;
}

async function measure({ root, reserveBytes }: BackupSettings, sizes: number[]): Promise<Room> {
  const { bsize, bavail, files, ffree } = await statfs(await nearestExisting(root));
  // A file takes whole blocks; the list of them has about 200 bytes for each, twice.
  const content = sizes.reduce((sum, size) => sum + Math.ceil(size / bsize) * bsize + 400, 0);
  return {
    needBytes: content + reserveBytes,
    needFiles: sizes.length,
    availableBytes: bavail * bsize,
    // 0 of 0: a file system that makes inodes as it goes.
    availableFiles: files === 0 ? Infinity : ffree,
  };
}
