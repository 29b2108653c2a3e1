import type { LedgerActivities } from '../../activities/host/ledger';
import type { KeptPauses } from '../../shared/safety/guard';

/** What a host keeps for its guard, as a real agent does, but in memory. */
export class ScriptedLedger {
  /** The newest token that it saw. */
  newest = { token: 0, holder: '' };
  kept: KeptPauses = { revision: 0, pauses: [] };
  /** How often it was asked. */
  asked = 0;

  /** @param now epoch milliseconds by the host's clock */
  constructor(private readonly now: () => number = Date.now) {}

  activities(): LedgerActivities {
    return {
      observeLedger: async () => {
        this.asked += 1;
        return { newest: this.newest, kept: { ...this.kept, pauses: this.inForce } };
      },
      keepPauses: async (list) => {
        if (list.revision >= this.kept.revision) this.kept = list;
      },
    };
  }

  get inForce(): KeptPauses['pauses'] {
    return this.kept.pauses.filter(({ until }) => Date.parse(until) > this.now());
  }
}
