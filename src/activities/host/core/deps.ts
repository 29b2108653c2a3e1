import type { CommandRunner } from '../../../host/programs/commands';
import type { Ledger } from '../../../host/ledger/ledger';
import type { Redact } from '../../../host/redact';
import type { FindManager } from '../../../host/services/service-managers';
import type { AgentSettings } from '../../../host/agent-settings';
import type { AsChange } from './change';

/** What the host's activities are made of. */
export interface HostDeps {
  settings: AgentSettings;
  run: CommandRunner;
  redact: Redact;
  findManager: FindManager;
  /** What this host itself knows of Halcyon's doing. */
  ledger: Ledger;
  /** The only way to a change. */
  asChange: AsChange;
}
