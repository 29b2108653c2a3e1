import type { Permitted } from '../../../shared/safety/permit';
import type { ServiceName } from '../../../shared/observations/service';
import { HostError } from '../../../host/errors';
import { isStopped } from '../../../host/services/service-manager';
import type { ServiceManager } from '../../../host/services/service-manager';
import type { Change } from '../../../shared/observations/change';
import type { ServiceState } from '../../../shared/observations/service';
import type { HostDeps } from '../core/deps';
import { refuseUnusable } from './ensure-restarted';
import type { Serialize } from '../core/serialize';
import { noUndo } from '../core/change';
import type { ChangeRun } from '../core/change';

type Attempt = Pick<ChangeRun, 'signal' | 'wasBegun'> & Partial<Pick<ChangeRun, 'mayStillChange'>>;

export interface StopActivities {
  /** H.1: the unit is stopped and stays so: the ledger has it until it is started. Errors: `NotConfigured`, `NotInDesiredState`. */
  ensureStopped(input: Permitted<{ service: ServiceName }>): Promise<Change<ServiceState>>;
  /**
   * H.8: the service runs; started if it does not. As an undo only where the ledger has it as stopped by Halcyon.
   * Errors: `NoPermit`, `UnitMasked`, `UnitUnusable`, `NotInDesiredState`.
   */
  ensureStarted(input: Permitted<{ service: ServiceName }>): Promise<Change<ServiceState>>;
}

/** H.1, H.8: the service is down while its files are worked on, and runs again afterwards. */
export function createStopActivities({ findManager, asChange, ledger }: HostDeps, inTurn: Serialize): StopActivities {
  const { stopped } = ledger;
  return {
    ensureStopped: asChange('ensureStopped', async (run, { service }) => {
      const manager = findManager(service);
      return await inTurn(service, async () => {
        // Before it is: what dies in between must be started again, too.
        await stopped.add(service);
        return await ensureStopped(manager, run);
      });
    }),
    ensureStarted: asChange('ensureStarted', async (run, { service }) => {
      const manager = findManager(service);
      return await inTurn(service, async () => {
        const isKeptStopped = stopped.has(service);
        const change = await ensureStarted(manager, { ...run, mayStart: isKeptStopped || !run.isUndo });
        if (isKeptStopped) await stopped.remove(service);
        return change;
      });
    }),
  };
}

/**
 * H.1. One that runs and could not be started again is left alone: it is masked, or its unit is gone, since it was looked
 * at.
 */
export async function ensureStopped(
  manager: ServiceManager,
  { signal, wasBegun, mayStillChange }: Attempt,
): Promise<Change<ServiceState>> {
  // Not its settled state: a start that takes minutes is called off.
  const before = await manager.observe(signal);
  if (isStopped(before)) return asFound(before, 'stopped', wasBegun);
  refuseUnusable(before);
  signal.throwIfAborted();
  mayStillChange?.();
  const after = await manager.stop(signal);
  if (!isStopped(after)) throw notSo(after, 'stopped');
  return { before, after, changed: true, notes: [] };
}

/**
 * H.8. After an attempt that died, its start is found and not repeated. An end that takes its time is not waited for
 * first: the start is asked for, and follows it.
 */
export async function ensureStarted(
  manager: ServiceManager,
  { signal, wasBegun, mayStillChange, mayStart = true }: Attempt & { mayStart?: boolean },
): Promise<Change<ServiceState>> {
  const now = await manager.observe(signal);
  const before = now.active === 'deactivating' ? now : await manager.settle(signal);
  refuseUnusable(before);
  if (runs(before)) return asFound(before, 'running', wasBegun);
  if (!mayStart) throw noUndo(`Halcyon stopped ${before.unit}`);
  signal.throwIfAborted();
  mayStillChange?.();
  const after = await manager.start();
  if (!runs(after)) throw notSo(after, 'running');
  return { before, after, changed: true, notes: [] };
}

function runs({ active }: ServiceState): boolean {
  return active === 'active' || active === 'reloading';
}

/** After an attempt that died, this is most likely its doing, and is told as such. */
function asFound(state: ServiceState, how: 'stopped' | 'running', byUs: boolean): Change<ServiceState> {
  const note = byUs ? `already ${how} by an earlier attempt of this step` : `it was ${how} already`;
  return { before: state, after: state, changed: byUs, notes: [note] };
}

function notSo({ unit, manager, active, sub, result }: ServiceState, how: string): HostError {
  const remedy = manager === 'systemd' ? `see: systemctl status ${unit}` : 'see its log file';
  return new HostError('NotInDesiredState', `${unit} is not ${how}: it is ${active} (${sub}, ${result}); ${remedy}`);
}
