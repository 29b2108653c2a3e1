import { closeSync, openSync, writeSync } from 'node:fs';
import { constants } from 'node:fs';
import type { SafeFolder } from '../files/safe-folder';
import { isEntry, parseLine } from './manifest';
import type { ManifestEntry } from './manifest';

/** What is copied so far, a line for each finished file: an attempt that is killed leaves it to the next. */
export const JOURNAL = 'journal.jsonl';

const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;

export interface Journal {
  /** Is in the kernel when this returns, so it survives our own death. */
  add(entry: ManifestEntry): void;
  close(): void;
}

/** The finished files by their path. What is no whole line, as the last one of a killed attempt, counts for nothing. */
export async function readJournal(folder: SafeFolder): Promise<Map<string, ManifestEntry>> {
  const handle = await folder.open(JOURNAL);
  if (handle === undefined) return new Map();
  try {
    const text = await handle.readFile('utf8');
    const entries = text.split('\n').map(parseLine).filter(isEntry);
    return new Map(entries.map((entry) => [entry.path, entry]));
  } finally {
    await handle.close();
  }
}

export function openJournal(folder: SafeFolder): Journal {
  const fd = openSync(folder.path(JOURNAL), APPEND, 0o600);
  // Ends a line that was torn.
  writeSync(fd, '\n');
  return {
    add: (entry) => void writeSync(fd, `${JSON.stringify(entry)}\n`),
    close: () => closeSync(fd),
  };
}
