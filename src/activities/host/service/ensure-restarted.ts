import { HostError } from '../../../host/errors';
import type { ServiceManager } from '../../../host/services/service-manager';
import type { Change } from '../../../shared/observations/change';
import type { ServiceState } from '../../../shared/observations/service';

interface RestartAttempt {
  seenInvocation: string;
  /** An earlier attempt of this step did not come to its end. */
  wasBegun: boolean;
  mayStillChange?(): void;
  /** Asked before a service that runs is ended; throws when it could not start again. */
  mayStartAgain?(): Promise<void>;
}

/**
 * A.1: the service runs in a start other than `seenInvocation`.
 *
 * Safe to repeat at every point. Killed before the request reached the manager, nothing happened and the next attempt
 * restarts. Killed after it, the next attempt waits until the manager is done and then finds a new invocation. An empty
 * invocation is no newer start: systemd forgets that of a unit that was stopped.
 *
 * A start that is under way when the step begins is waited for; where it came up, that is the start wished for.
 *
 * A new start that ended `failed` is an answer, not an error: whether the service is well is verified elsewhere.
 *
 * @throws HostError `UnitMasked`, `UnitUnusable`, `JobStuck`, `NotInDesiredState`, and what `mayStartAgain` throws.
 */
export async function ensureRestarted(
  manager: ServiceManager,
  { seenInvocation, wasBegun, mayStillChange, mayStartAgain }: RestartAttempt,
  signal: AbortSignal,
): Promise<Change<ServiceState>> {
  const first = await manager.observe(signal);
  const before = await manager.settle(signal);
  refuseUnusable(before);
  if (before.invocation !== '' && before.invocation !== seenInvocation) return alreadyRestarted(before, wasBegun);
  if (isStarting(first) && before.active === 'active') {
    return { before: first, after: before, changed: false, notes: ['a start was under way: waited for, not repeated'] };
  }
  if (before.active === 'active') await mayStartAgain?.();
  signal.throwIfAborted();
  mayStillChange?.();
  const after = await manager.restart();
  if (after.invocation === before.invocation) throw notRestarted(after);
  return { before, after, changed: true, notes: notesOf(after) };
}

function isStarting({ active, sub }: ServiceState): boolean {
  return active === 'activating' && sub !== 'auto-restart';
}

/** @throws HostError `UnitMasked`, `UnitUnusable` for one that its manager cannot start. */
export function refuseUnusable({ unit, load }: ServiceState): void {
  if (load === 'loaded') return;
  if (load === 'masked') {
    const remedy = `ask who masked it, then: systemctl unmask ${unit}`;
    throw new HostError('UnitMasked', `${unit} is masked: somebody does not want it to run; ${remedy}`);
  }
  const remedy =
    load === 'not-found'
      ? 'install the unit, or correct its name in the configuration'
      : `see: systemctl status ${unit}`;
  throw new HostError('UnitUnusable', `${unit} cannot be started, systemd says ${load}; ${remedy}`);
}

/** After an attempt that died, the new start is most likely its doing, and is told as such. */
function alreadyRestarted(state: ServiceState, byUs: boolean): Change<ServiceState> {
  const since = state.startedAt === null ? '' : ` at ${state.startedAt}`;
  const note = `already restarted by ${byUs ? 'an earlier attempt of this step' : 'another hand'}${since}, not repeated`;
  return { before: state, after: state, changed: byUs, notes: [note, ...notesOf(state)] };
}

function notesOf({ active, result }: ServiceState): string[] {
  return active === 'failed' ? [`the new start failed: ${result}`] : [];
}

function notRestarted({ unit, manager, active, result }: ServiceState): HostError {
  const remedy = manager === 'systemd' ? `see: systemctl status ${unit}` : 'see its log file';
  return new HostError('NotInDesiredState', `${unit} did not make a new start: it is ${active} (${result}); ${remedy}`);
}
