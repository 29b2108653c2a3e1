import { readFile, stat, statfs } from 'node:fs/promises';
import os from 'node:os';
import type { DiskState, Resources } from '../shared/observations/files';
import { errorCode } from './errors';
import { mountOf, readMounts } from './files/mounts';
import type { Mount } from './files/mounts';

/** A file system with less than this counts as full. */
export interface DiskFloor {
  availableBytes: number;
  usedPercent: number;
}

/** `free`: what programs can still get, which is more than what is free. */
export async function readMemory(): Promise<Resources['memory']> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? NaN) * 1_024;
  const [totalBytes, availableBytes] = [bytes('MemTotal'), bytes('MemAvailable')];
  if (Number.isNaN(totalBytes) || Number.isNaN(availableBytes)) {
    return { totalBytes: os.totalmem(), availableBytes: os.freemem() };
  }
  return { totalBytes, availableBytes };
}

/**
 * `df` of the file systems that hold these paths, each once, under the first path that is on it. One that is mounted
 * writable here and read-only there counts as two.
 */
export async function readDisks(paths: string[], floor: DiskFloor, mounts = readMounts()): Promise<DiskState[]> {
  const disks = new Map<string, DiskState>();
  for (const path of paths) {
    try {
      const { dev } = await stat(path);
      const mount = mountOf(path, mounts);
      const key = `${dev} ${mount?.readOnly ?? false}`;
      if (!disks.has(key)) disks.set(key, await readDisk(path, mount, floor));
    } catch (err) {
      if (!['ENOENT', 'ENOTDIR'].includes(errorCode(err))) throw err;
    }
  }
  return [...disks.values()];
}

async function readDisk(path: string, mount: Mount | undefined, floor: DiskFloor): Promise<DiskState> {
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
  const availableBytes = bavail * bsize;
  const usedPercent = percent(blocks - bfree, blocks - bfree + bavail);
  const inodesUsedPercent = percent(files - ffree, files);
  return {
    path,
    mount: mount?.point ?? '',
    readOnly: mount?.readOnly ?? false,
    totalBytes: blocks * bsize,
    availableBytes,
    usedPercent,
    inodesUsedPercent,
    full:
      availableBytes < floor.availableBytes ||
      usedPercent >= floor.usedPercent ||
      inodesUsedPercent >= floor.usedPercent,
  };
}

/** With one decimal; 0 for a file system that does not count (no blocks, no inodes). */
function percent(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.round((part / whole) * 1_000) / 10;
}
