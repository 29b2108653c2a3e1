import type { FileHandle } from 'node:fs/promises';
import { HostError } from '../../errors';
import { openLog } from '../log-tail';
import { readFromEnd } from './from-end';
import { Tally } from './tally';

/** A log that nobody wrote to for so long says nothing of the present. */
const STALE_AFTER_MS = 3_600_000;

/** A log as it was read for a window of time. */
export interface ReadLog {
  evidence: 'present' | 'absent' | 'malformed' | 'stale';
  /** What is left out; empty where nothing is. */
  detail: string;
  tally: Tally;
}

/**
 * Counts the requests of an access log since a time, from its end. The file that was rotated before it is read too, where the
 * window reaches into it. Costs the same memory for any log, and the time of what is read.
 *
 * @throws HostError `ObservationFailed` where it cannot be read, or was truncated meanwhile; `UnsafeSelector` where the way
 *   to it goes through a link that root did not make.
 */
export async function readAccessLog(place: string, windowMs: number, signal: AbortSignal): Promise<ReadLog> {
  const now = Date.now();
  const tally = new Tally({ since: now - windowMs, now });
  const file = await openLog(place);
  if (file === undefined || file === 'malformed') return { evidence: file ?? 'absent', detail: '', tally };
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return { evidence: 'malformed', detail: '', tally };
    const { size, mtime, ino, dev } = stat;
    const ended = await readOne(file, size, tally, place, signal);
    const older = ended === 'enough' ? undefined : await readOlder(`${place}.1`, { ino, dev }, tally, signal);
    const evidence = now - mtime.getTime() > STALE_AFTER_MS ? 'stale' : judge(tally);
    return { evidence, detail: older ?? '', tally };
  } finally {
    await file.close();
  }
}

/** A log full of lines that are no requests is one of something else. */
function judge({ lines, unread }: Tally): ReadLog['evidence'] {
  return lines === 0 && unread > 0 ? 'malformed' : 'present';
}

async function readOne(
  file: FileHandle,
  size: number,
  tally: Tally,
  place: string,
  signal: AbortSignal,
): Promise<'enough' | 'begin'> {
  let isEnough = false;
  const take = (bytes: Buffer, from: number, to: number) => {
    const taken = tally.take(bytes, from, to);
    isEnough = taken === 'enough';
    return taken;
  };
  if (!(await readFromEnd(file, size, take, signal))) {
    throw new HostError('ObservationFailed', `${place} became shorter while it was read; it is rotated just now`);
  }
  return isEnough ? 'enough' : 'begin';
}

/** What is left out, in words: the window reaches further back than what is there to be read. */
async function readOlder(
  place: string,
  read: { ino: number; dev: number },
  tally: Tally,
  signal: AbortSignal,
): Promise<string> {
  const file = await openLog(place);
  if (file === undefined || file === 'malformed') return 'older requests are not there to be read';
  try {
    const { size, ino, dev } = await file.stat();
    // Rotated while it was read: it is the one that was read.
    if (ino === read.ino && dev === read.dev) return 'it was rotated while it was read';
    const ended = await readOne(file, size, tally, place, signal);
    return ended === 'enough' ? '' : `${place} is all that is older`;
  } finally {
    await file.close();
  }
}
