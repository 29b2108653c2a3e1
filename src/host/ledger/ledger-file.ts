import path from 'node:path';
import { RecordMalformed, readRecord, writeRecord } from '../fence/record-file';
import { inStateFolder } from '../fence/state-folder';
import { HostError } from '../errors';

interface LedgerFileSettings<T> {
  stateDir: string;
  /** Of the file in `stateDir`. */
  name: string;
  /** What is kept there, for people: `the pauses`. */
  what: string;
  /** The longest record, as JSON. The file has twice that from its start to its end, so that it needs no room later. */
  slotBytes: number;
  empty: T;
}

/** One record of the ledger, on the disk. */
export interface LedgerFile<T extends object> {
  /**
   * Makes the file where there is none, for the start of an agent: later its disk may be full.
   *
   * @throws HostError as `change`
   */
  prepare(): Promise<void>;
  /**
   * As it is now; empty where nothing was ever kept.
   *
   * @throws HostError `ObservationFailed` where there is something that cannot be read: never taken for nothing.
   */
  read(): T;
  /**
   * Keeps what `change` makes of it, on the disk, for every agent of this host. The same object: nothing is written.
   *
   * @throws HostError as `read`, and `DiskFull`
   */
  change(change: (now: T) => T): Promise<void>;
}

export function createLedgerFile<T extends object>(settings: LedgerFileSettings<T>): LedgerFile<T> {
  const { stateDir, name, what, slotBytes, empty } = settings;
  const file = path.join(stateDir, name);

  function kept(): T | undefined {
    try {
      return readRecord<T>(file, slotBytes);
    } catch (err) {
      if (err instanceof RecordMalformed) throw malformed(file, what, err.message);
      throw err;
    }
  }

  return {
    prepare: async () => {
      await inStateFolder(stateDir, what, () => {
        if (kept() === undefined) writeRecord(file, empty, slotBytes);
      });
    },
    read: () => kept() ?? empty,
    change: async (change) => {
      await inStateFolder(stateDir, what, () => {
        const now = kept() ?? empty;
        const next = change(now);
        if (next !== now) writeRecord(file, next, slotBytes);
      });
    },
  };
}

function malformed(file: string, what: string, why: string): HostError {
  const remedy = `look what of Halcyon's is under way on this host, then remove it and restart the agent`;
  return new HostError('ObservationFailed', `${file} has ${what} and cannot be used (${why}): ${remedy}`);
}
