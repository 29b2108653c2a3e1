import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Permitted } from '../../shared/safety/permit';
import { RecordMalformed, readRecord, writeRecord } from './record-file';

/** In the folder `agent.stateDir`. */
const FILE = 'begun';
/** Of those that never came to an end: the newest. */
const KEPT = 32;

/**
 * The changes that were begun on this host and did not come to their end. Temporal counts the attempts of one activity;
 * but a step whose agent died is offered as a new activity when that agent was away for long, and then only the host knows
 * that what it finds is this step's own doing.
 */
export interface BegunChanges {
  /**
   * Makes the file where there is none, for the start of an agent: later its disk may be full.
   *
   * @throws Error of the file system, as the others do
   */
  prepare(): void;
  /** Whether this very change was begun before, and did not come to its end. */
  begin(change: string): boolean;
  end(change: string): void;
}

export function createBegunChanges({ stateDir }: { stateDir: string }): BegunChanges {
  const file = path.join(stateDir, FILE);

  function read(): string[] | undefined {
    try {
      return readRecord<{ begun: string[] }>(file)?.begun;
    } catch (err) {
      if (!(err instanceof RecordMalformed)) throw err;
      // It guards nothing: what it said is lost, and a change is not held up by that.
      rmSync(file, { force: true });
      return undefined;
    }
  }

  return {
    prepare: () => {
      if (read() === undefined) writeRecord(file, { begun: [] });
    },
    begin: (change) => {
      const before = read() ?? [];
      const others = before.filter((one) => one !== change);
      writeRecord(file, { begun: [...others, change].slice(-KEPT) });
      return others.length < before.length;
    },
    end: (change) => {
      writeRecord(file, { begun: (read() ?? []).filter((one) => one !== change) });
    },
  };
}

/** The same for every offer of one step, and for nothing else: who asks in which turn, what for, and with what. */
export function changeId(name: string, { permit, ...input }: Permitted): string {
  const { holder, token } = permit;
  return createHash('sha256')
    .update(JSON.stringify([holder, token, name, input]))
    .digest('hex')
    .slice(0, 32);
}
