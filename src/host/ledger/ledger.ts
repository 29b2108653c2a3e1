import { createChangedSettings } from './changed-settings';
import type { ChangedSettings } from './changed-settings';
import { createKeptPauses } from './kept-pauses';
import type { PausesOnHost } from './kept-pauses';
import { createStoppedServices } from './stopped-services';
import type { StoppedServices } from './stopped-services';

/**
 * What a host itself knows of Halcyon's doing, whatever workflows say and whatever became of them: who may not change it now,
 * and what there is to be put back. Beside the fence, in files of the same kind under `agent.stateDir`.
 */
export interface Ledger {
  pauses: PausesOnHost;
  settings: ChangedSettings;
  stopped: StoppedServices;
  /**
   * Makes its files where there are none, for the start of an agent: later its disk may be full.
   *
   * @throws HostError `DiskFull`; `ObservationFailed`
   */
  prepare(): Promise<void>;
}

/** @param now epoch milliseconds of this host's clock; replaced in tests */
export function createLedger({ stateDir }: { stateDir: string }, now: () => number = Date.now): Ledger {
  const pauses = createKeptPauses({ stateDir, now });
  const settings = createChangedSettings({ stateDir, now });
  const stopped = createStoppedServices({ stateDir });
  return {
    pauses,
    settings,
    stopped,
    prepare: async () => {
      for (const record of [pauses, settings, stopped]) await record.prepare();
    },
  };
}
