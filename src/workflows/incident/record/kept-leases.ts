import type { IncidentLease } from '../../../shared/incident';

const MOST = 20;

/** In place of an older one of its setting. One that has to be given back is never forgotten, however many there are. */
export function withLease(known: IncidentLease[], lease: IncidentLease): IncidentLease[] {
  const all = [...known.filter(({ setting }) => setting !== lease.setting), lease];
  const over = all.filter(({ state }) => state !== 'active' && state !== 'overtaken');
  const forgotten = over.slice(0, Math.max(0, all.length - MOST));
  return all.filter((one) => !forgotten.includes(one));
}
