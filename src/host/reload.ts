import { describeEnd } from './commands';
import type { CommandRunner } from './commands';
import { HostError } from './errors';
import type { HostSettings } from './settings';

const SYSTEMCTL = '/usr/bin/systemctl';
const ASK_TIMEOUT_MS = 5_000;
/** ExecReload= of a unit may take its time. */
const RELOAD_TIMEOUT_MS = 60_000;
const REMEDY = 'install systemd, or write "apply: restart"';

/**
 * D: has KingFisher read its configuration again without an interruption. `false` where that cannot be: only a unit that
 * says `CanReload=yes` is reloaded. Any other is killed by a reload, or ignores it.
 *
 * @throws HostError `NotInDesiredState` when the reload failed.
 */
export async function reloadKingfisher({ kingfisher }: HostSettings, run: CommandRunner): Promise<boolean> {
  const { manager } = kingfisher;
  if (manager.type !== 'systemd') return false;
  const ask = async (args: string[], timeoutMs: number) =>
    await run({ program: SYSTEMCTL, args: [...args, '--', manager.unit], timeoutMs, remedy: REMEDY });
  const can = await ask(['show', '--no-pager', '--property=CanReload', '--value'], ASK_TIMEOUT_MS);
  if (can.stdout.trim() !== 'yes') return false;
  const reload = await ask(['reload', '--no-ask-password'], RELOAD_TIMEOUT_MS);
  if (reload.exitCode === 0) return true;
  const said = reload.stderr.trim().replace(/\s*\n\s*/g, ' ') || 'it said nothing';
  throw new HostError(
    'NotInDesiredState',
    `systemctl reload ${manager.unit}: ${describeEnd(reload)}: ${said}; see: systemctl status ${manager.unit}`,
  );
}
