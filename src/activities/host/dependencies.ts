import type { CommandRunner } from '../../host/commands';
import type { Redact } from '../../host/redact';
import type { FindManager } from '../../host/service-managers';
import type { HostSettings } from '../../host/settings';
import type { AsChange } from './change';

/** What the host's activities are made of. */
export interface HostDeps {
  settings: HostSettings;
  run: CommandRunner;
  redact: Redact;
  findManager: FindManager;
  /** The only way to a change. */
  asChange: AsChange;
}
