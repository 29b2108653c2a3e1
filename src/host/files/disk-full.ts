import { errorCode, errorText } from '../errors';
import { isLocal, mountOf, readMounts, roomAt } from './mounts';
import type { Mount, Room } from './mounts';

/** Less than a log line needs. */
const NOTHING_LEFT_BYTES = 64 * 1024;

/** Whether this error is one of space: by its code, or because a program's words say so. */
export function isNoSpace(err: unknown): boolean {
  return hasCode(err) || /\bENOSPC\b|\bEDQUOT\b|no space left on device|disk quota exceeded/i.test(errorText(err));
}

/**
 * Which file system has no room, in words: the one that holds `place`, or the one that has nothing left. `undefined` when
 * there is none: the kernel says "no space" of limits too, such as that of inotify watches.
 */
export function tellFull(place: string | undefined, mounts: Mount[] = readMounts()): string | undefined {
  const holding = place === undefined ? undefined : mountOf(place, mounts);
  if (holding !== undefined) return tell(holding, isLocal(holding) ? roomAt(holding.point) : undefined, place);
  for (const mount of mounts.filter(isLocal)) {
    const room = roomAt(mount.point);
    if (room !== undefined && hasNothingLeft(room)) return tell(mount, room);
  }
  return undefined;
}

function hasNothingLeft({ totalBytes, availableBytes, inodes, inodesFree }: Room): boolean {
  return totalBytes > 0 && (availableBytes < NOTHING_LEFT_BYTES || (inodes > 0 && inodesFree === 0));
}

/** `/ (overlay, holds /var/lib/halcyon) is full: 0 of 314572800 bytes free, 90 of 100 inodes` */
function tell({ point, type }: Mount, room: Room | undefined, place?: string): string {
  const holds = place === undefined || place === point ? '' : `, holds ${place}`;
  if (room === undefined) return `${point} (${type}${holds}) is full`;
  const inodes = room.inodes > 0 ? `, ${room.inodesFree} of ${room.inodes} inodes` : '';
  const is = hasNothingLeft(room) ? 'is full' : 'has no room for it, as with a quota';
  return `${point} (${type}${holds}) ${is}: ${room.availableBytes} of ${room.totalBytes} bytes free${inodes}`;
}

function hasCode(err: unknown): boolean {
  for (let at = err, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (['ENOSPC', 'EDQUOT'].includes(errorCode(at))) return true;
  }
  return false;
}
