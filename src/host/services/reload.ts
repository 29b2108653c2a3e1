import type { ServiceState } from '../../shared/observations/service';
import { describeEnd } from '../programs/commands';
import type { CommandRunner } from '../programs/commands';
import { HostError } from '../errors';
import type { ServiceManager } from './service-manager';
import type { AgentSettings } from '../agent-settings';
import { poll } from '../sleep';

const SYSTEMCTL = '/usr/bin/systemctl';
const ASK_TIMEOUT_MS = 5_000;
/** ExecReload= of a unit may take its time. */
const RELOAD_TIMEOUT_MS = 60_000;
/** A signal that ends a process does so within moments: a process that has lived this long took it well. */
const LIVES_MS = 2_000;
const POLL_MS = 50;
const REMEDY = 'install systemd, or write "apply: restart"';

/**
 * What came of a reload.
 * - `impossible`: only a unit that says `CanReload=yes` is reloaded.
 * - `ended`: the reload ended the process, which was started again: it has read its configuration, with an interruption.
 */
export type Reload = 'reloaded' | 'impossible' | 'ended';

/**
 * D: has KingFisher read its configuration again without an interruption.
 *
 * systemd believes an `ExecReload=` of `kill -HUP` whatever the process does with the signal. So it is looked at
 * afterwards, and a service that its reload has ended is started again, also after a reload that failed.
 *
 * @throws HostError `NotInDesiredState` when the reload failed, or the service does not come back.
 */
export async function reloadKingfisher(
  { kingfisher }: AgentSettings,
  run: CommandRunner,
  service: Pick<ServiceManager, 'observe' | 'settle' | 'start'>,
): Promise<Reload> {
  const { manager } = kingfisher;
  if (manager.type !== 'systemd') return 'impossible';
  const { unit } = manager;
  const ask = async (args: string[], timeoutMs: number) =>
    await run({ program: SYSTEMCTL, args: [...args, '--', unit], timeoutMs, remedy: REMEDY });
  const can = await ask(['show', '--no-pager', '--property=CanReload', '--value'], ASK_TIMEOUT_MS);
  if (can.stdout.trim() !== 'yes') return 'impossible';
  const before = await service.observe();
  const reload = await ask(['reload', '--no-ask-password'], RELOAD_TIMEOUT_MS);
  const hasEnded = await endsWithin(before, service);
  if (hasEnded) await startAgain(unit, service);
  if (reload.exitCode === 0) return hasEnded ? 'ended' : 'reloaded';
  const said = reload.stderr.trim().replace(/\s*\n\s*/g, ' ') || 'it said nothing';
  const mended = hasEnded ? ', and ended the service, which was started again' : '';
  throw new HostError(
    'NotInDesiredState',
    `systemctl reload ${unit}: ${describeEnd(reload)}: ${said}${mended}; see: systemctl status ${unit}`,
  );
}

async function endsWithin(before: ServiceState, service: Pick<ServiceManager, 'observe'>): Promise<boolean> {
  const look = async () => {
    const { active, invocation, mainPid } = await service.observe();
    const lives = active === 'active' || active === 'reloading';
    return lives && invocation === before.invocation && mainPid === before.mainPid ? undefined : true;
  };
  return (await poll(look, { everyMs: POLL_MS, deadlineMs: LIVES_MS })) === true;
}

/** Unless its manager does so by itself. */
async function startAgain(unit: string, service: Pick<ServiceManager, 'settle' | 'start'>): Promise<void> {
  const settled = await service.settle();
  const state = settled.active === 'active' || settled.active === 'activating' ? settled : await service.start();
  if (state.active === 'active' || state.active === 'activating') return;
  const remedy = `see: systemctl status ${unit}`;
  throw new HostError(
    'NotInDesiredState',
    `${unit} was ended by its reload and does not start again: it is ${state.active} (${state.result}); ${remedy}`,
  );
}
