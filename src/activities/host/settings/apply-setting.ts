import { reloadKingfisher } from '../../../host/services/reload';
import type { ServiceManager } from '../../../host/services/service-manager';
import type { PendingStarts } from '../../../host/settings-store/pending';
import type { SettingPlace } from '../../../host/agent-settings';
import type { HostDeps } from '../core/deps';
import { ensureRestarted } from '../service/ensure-restarted';
import { mayStartAgain } from '../service/may-start-again';

const USE_RESTART = 'write "apply: restart" for this setting, or give the unit an ExecReload= that the service obeys';

interface Applying {
  deps: HostDeps;
  setting: string;
  apply: SettingPlace['apply'];
  pending: PendingStarts;
}

/** Writes down, before the value changes, which start of the service will not have it. */
export async function expectApply({ deps, setting, apply, pending }: Applying): Promise<void> {
  if (apply === 'none') return;
  const { invocation } = await deps.findManager('kingfisher').observe();
  pending.write(setting, invocation);
}

/**
 * Makes KingFisher take what was written, if that is left to do. Returns what was done, in words. Not cut short by a
 * cancellation. A service that does not run stays as it is: it reads its settings when somebody starts it.
 */
export async function applyPending({ deps, setting, apply, pending }: Applying): Promise<string[]> {
  const lacking = apply === 'none' ? undefined : pending.read(setting);
  if (lacking === undefined) return [];
  const manager = deps.findManager('kingfisher');
  const done = await takeValue(manager, lacking, apply, deps);
  pending.remove(setting);
  return [done];
}

async function takeValue(
  manager: ServiceManager,
  lacking: string,
  apply: SettingPlace['apply'],
  deps: HostDeps,
): Promise<string> {
  const { active, invocation, unit } = await manager.settle();
  if (active === 'inactive' || active === 'failed') return `${unit} does not run: it takes the value when it starts`;
  if (invocation !== lacking) return `${unit} was started since, with the value`;
  const reload = apply === 'reload' ? await reloadKingfisher(deps.settings, deps.run, manager) : 'impossible';
  if (reload === 'reloaded') return `${unit} reloaded`;
  if (reload === 'ended') return `the reload FAILED: it ended ${unit}, which was started again; ${USE_RESTART}`;
  const never = new AbortController().signal;
  const attempt = { seenInvocation: lacking, wasBegun: false, mayStartAgain: () => mayStartAgain('kingfisher', deps) };
  await ensureRestarted(manager, attempt, never);
  return `${unit} restarted`;
}
