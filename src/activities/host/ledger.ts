import { HostError } from '../../host/errors';
import type { Fence } from '../../host/fence/fence';
import type { Ledger } from '../../host/ledger/ledger';
import type { Redact } from '../../host/redact';
import { isKeptPauses } from '../../shared/safety/guard';
import type { HostLedger, KeptPauses } from '../../shared/safety/guard';
import { asActivity } from './core/run';

export interface LedgerActivities {
  /** For a guard that knows nothing yet: the newest token of this host, and the pauses that it keeps. */
  observeLedger(): Promise<HostLedger>;
  /**
   * The host keeps this list, and refuses every change while one of it holds by its own clock: also when the guard that told
   * of it is gone. Kept already is one of a newer revision: then that stays.
   * Errors: `UnsafeSelector` for what is no list of pauses, `DiskFull`, `ObservationFailed`.
   */
  keepPauses(input: KeptPauses): Promise<void>;
}

interface LedgerDeps {
  redact: Redact;
  fence: Pick<Fence, 'newest'>;
  ledger: Pick<Ledger, 'pauses'>;
}

/** What guard and host tell each other. */
export function createLedgerActivities({ redact, fence, ledger }: LedgerDeps): LedgerActivities {
  return {
    observeLedger: asActivity(redact, async () => ({ newest: fence.newest(), kept: ledger.pauses.inForce() })),
    keepPauses: asActivity(redact, async (_run, list) => {
      if (!isKeptPauses(list)) throw new HostError('UnsafeSelector', 'this is no list of pauses; nothing was changed');
      await ledger.pauses.keep(list);
    }),
  };
}
