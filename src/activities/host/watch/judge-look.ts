import { isInTransit } from '../../../host/services/service-manager';
import type { Look } from '../../../host/probes/look';
import type { Condition } from '../../../shared/observations/probes';
import type { DiskState } from '../../../shared/observations/files';
import type { ServiceState } from '../../../shared/observations/service';

interface Seen {
  look: Look;
  unit: ServiceState | null;
  disk: DiskState | null;
  /** Its main process is stopped by a signal. */
  isStopped: boolean;
}

/** What one look and what else is known of a dependency say together. Its own word counts first. */
export function judgeLook({ look, unit, disk, isStopped }: Seen): { condition: Condition; why: string } {
  const { condition, endpoint } = look;
  const isSilent = endpoint.answer === 'timeout';
  if (condition === 'well') {
    if (disk?.readOnly === true) {
      return { condition: 'protecting', why: `the file system of its data, ${disk.path}, is read-only` };
    }
    return { condition, why: '' };
  }
  const said = `${endpoint.answer}: ${endpoint.detail}`;
  if (isSilent && isStopped) return { condition: 'down', why: `${said}; its process is stopped (SIGSTOP)` };
  if (unit !== null && (condition === 'down' || isSilent) && isAtWork(unit)) {
    return { condition: 'starting', why: `${unit.unit} is ${unit.active}/${unit.sub}` };
  }
  return { condition, why: said };
}

/** systemd is at it. A unit that fails at each start is down, however often its manager tries. */
function isAtWork(unit: ServiceState): boolean {
  return isInTransit(unit) || unit.active === 'reloading';
}
