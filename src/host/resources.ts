import { readFile, stat, statfs } from 'node:fs/promises';
import os from 'node:os';
import type { DiskState, Resources } from '../shared/observations';
import { errorCode } from './errors';
import { isReadOnly } from './mounts';

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

/** `df` of the file systems that hold these paths, each file system once, under the first path that is on it. */
export async function readDisks(paths: string[], floor: DiskFloor): Promise<DiskState[]> {
  const disks = new Map<number, DiskState>();
  for (const path of paths) {
    try {
      const { dev } = await stat(path);
      if (!disks.has(dev)) disks.set(dev, await readDisk(path, floor));
    } catch (err) {
      if (!['ENOENT', 'ENOTDIR'].includes(errorCode(err))) throw err;
    }
  }
  return [...disks.values()];
}

async function readDisk(path: string, floor: DiskFloor): Promise<DiskState> {
  const [{ bsize, blocks, bfree, bavail, files, ffree }, readOnly] = await Promise.all([
    statfs(path),
    isReadOnly(path),
  ]);
  const availableBytes = bavail * bsize;
  const usedPercent = percent(blocks - bfree, blocks - bfree + bavail);
  const inodesUsedPercent = percent(files - ffree, files);
  return {
    path,
    totalBytes: blocks * bsize,
    availableBytes,
    usedPercent,
    inodesUsedPercent,
    full:
      availableBytes < floor.availableBytes ||
      usedPercent >= floor.usedPercent ||
      inodesUsedPercent >= floor.usedPercent,
    readOnly,
  };
}

/** With one decimal; 0 for a file system that does not count (no blocks, no inodes). */
function percent(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.round((part / whole) * 1_000) / 10;
}
