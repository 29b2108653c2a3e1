import { isSameOwner } from '../../shared/safety/people';
import type { LeaseRelease, LeaseView } from '../../shared/safety/lease';

/** @throws Error with what is wrong, before anything is recorded. */
export function checkRelease(view: LeaseView, { owner }: LeaseRelease): void {
  // One that is being undone is undone at once, if it can be.
  if (view.state === 'undoing' && owner === undefined) return;
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

/** @throws Error as above. */
export function checkAbandonment({ state, setting, host }: LeaseView, failingSince: string | null): void {
  if (state === 'undoing' && failingSince !== null) return;
  const remedy = 'only one whose undo fails is given up; to end it: halcyon leases release';
  throw new Error(`the lease of ${setting} on ${host} is ${state}: ${remedy}`);
}
