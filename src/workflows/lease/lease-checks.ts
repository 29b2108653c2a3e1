import { isSameOwner } from '../../shared/safety/people';
import type { LeaseRelease, LeaseView } from '../../shared/safety/lease';

/** @throws Error with what is wrong, before anything is recorded. */
export function checkRelease(view: LeaseView, { owner }: LeaseRelease): void {
  refuseOver(view);
  if (owner === undefined || view.owners.some((one) => isSameOwner(one.owner, owner))) return;
  const owners = view.owners.map((one) => one.owner).join(', ') || 'nobody';
  throw new Error(`"${owner}" does not hold this lease, but: ${owners}`);
}

/** @throws Error as above. */
export function refuseOver({ state, endedAt, setting, host }: LeaseView): void {
  if (endedAt === null && state !== 'undoing') return;
  throw new Error(`the lease of ${setting} on ${host} is ${state}: ask for a new one`);
}
