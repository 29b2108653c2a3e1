import { leapsTooFar } from '../fence/leap';
import { HostError } from '../errors';
import type { KeptPauses, Pause } from '../../shared/safety/guard';
import { createLedgerFile } from './ledger-file';

/** As many as a guard has. */
const MOST = 20;
const SLOT_BYTES = 65_536;
const NAME_CHARACTERS = 100;
const REASON_CHARACTERS = 200;
/** No pause is longer, whatever a workflow says. */
const LONGEST_MS = 7 * 24 * 3_600_000;

/** The pauses of this host as its guard told of them: they hold when that guard is gone, and Temporal with it. */
export interface PausesOnHost {
  /** @throws HostError as the ledger's files */
  prepare(): Promise<void>;
  /** Those that hold by this host's own clock, and the list's revision. */
  inForce(): KeptPauses;
  /** In place of what was kept, unless that is of a newer revision. */
  keep(list: KeptPauses): Promise<void>;
  /** @throws HostError `Paused` while one holds. */
  refuse(): void;
}

export function createKeptPauses({ stateDir, now }: { stateDir: string; now: () => number }): PausesOnHost {
  const file = createLedgerFile<KeptPauses>({
    stateDir,
    name: 'pauses',
    what: 'the pauses of this host',
    slotBytes: SLOT_BYTES,
    empty: { revision: 0, pauses: [] },
  });

  function inForce(): KeptPauses {
    const { revision, pauses } = file.read();
    return { revision, pauses: pauses.filter(({ until }) => Date.parse(until) > now()) };
  }

  return {
    prepare: () => file.prepare(),
    inForce,
    keep: async (list) => {
      const wanted = { revision: list.revision, pauses: list.pauses.slice(-MOST).map((one) => bounded(one, now())) };
      await file.change((kept) => {
        if (leapsTooFar(kept.revision, list.revision)) throw noGuards(list.revision);
        return kept.revision > list.revision ? kept : wanted;
      });
    },
    refuse: () => {
      const { pauses } = inForce();
      const [first] = pauses;
      if (first === undefined) return;
      const who = pauses.map(({ by, until, reason }) => `${by} until ${until} (${reason})`).join(' and ');
      throw new HostError('Paused', `changes are paused by ${who}; to end that: halcyon resume`);
    },
  };
}

function bounded({ by, reason, since, until }: Pause, now: number): Pause {
  const end = Math.min(Date.parse(until), now + LONGEST_MS);
  return {
    by: by.slice(0, NAME_CHARACTERS),
    reason: reason.slice(0, REASON_CHARACTERS),
    since: new Date(since).toISOString(),
    until: new Date(end).toISOString(),
  };
}

function noGuards(revision: number): HostError {
  return new HostError('UnsafeSelector', `no guard has a list of pauses of revision ${revision}; nothing was changed`);
}
