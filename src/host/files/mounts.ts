import { readFileSync, realpathSync, statfsSync } from 'node:fs';
import path from 'node:path';

export interface Mount {
  /** Where it is mounted. */
  point: string;
  /** `ext4`, `tmpfs`, `overlay` … */
  type: string;
  /** By its own flag, or by the file system's, as after `errors=remount-ro`. */
  readOnly: boolean;
}

/** Asking these may wait for another machine, or mount something. */
const REMOTE = /^(?:nfs|cifs|smb|autofs|fuse|ceph|glusterfs|9p|afs)/;

/**
 * What is mounted, as the host sees it: a unit of systemd may see less, and some of it read-only. Empty where the system does
 * not say.
 */
export function readMounts(): Mount[] {
  for (const process of ['1', 'self']) {
    try {
      return parseMounts(readFileSync(`/proc/${process}/mountinfo`, 'utf8'));
    } catch {
      // Of init only for root.
    }
  }
  return [];
}

/** `36 35 98:0 / /mnt rw,noatime shared:1 - ext3 /dev/root rw,errors=continue` */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    const [, , , , point, options] = before?.split(' ') ?? [];
    const [type, , fileSystem] = after?.split(' ') ?? [];
    if (point === undefined || options === undefined || type === undefined) return [];
    const readOnly = [options, fileSystem ?? ''].some((flags) => flags.split(',').includes('ro'));
    return [{ point: unescape(point), type, readOnly }];
  });
}

/** The mount that holds `place`, which need not exist: the last of those that lie deepest above it. */
export function mountOf(place: string, mounts: Mount[]): Mount | undefined {
  const real = realOf(place);
  const above = mounts.filter(({ point }) => point === '/' || real === point || real.startsWith(`${point}/`));
  return above.reduce<Mount | undefined>(
    (deepest, mount) => (deepest === undefined || mount.point.length >= deepest.point.length ? mount : deepest),
    undefined,
  );
}

/** Whether looking at it cannot hang. */
export function isLocal({ type }: Mount): boolean {
  return !REMOTE.test(type);
}

export interface Room {
  totalBytes: number;
  /** For everybody but root. */
  availableBytes: number;
  inodes: number;
  inodesFree: number;
}

/** What is left on the file system of a place that exists; `undefined` where it cannot be asked. */
export function roomAt(place: string): Room | undefined {
  try {
    const { bsize, blocks, bavail, files, ffree } = statfsSync(place);
    return { totalBytes: blocks * bsize, availableBytes: bavail * bsize, inodes: files, inodesFree: ffree };
  } catch {
    return undefined;
  }
}

/** Links of what exists are followed; the rest stays as it is. */
function realOf(place: string): string {
  const whole = path.resolve(place);
  for (let at = whole; ; at = path.dirname(at)) {
    try {
      return path.join(realpathSync(at), path.relative(at, whole));
    } catch {
      if (at === path.dirname(at)) return whole;
    }
  }
}

/** The kernel writes a space as `\040`. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
