import { ApplicationFailure } from '@temporalio/workflow';
import { parseDuration } from '../../shared/text/durations';
import type { LeaseExtension, LeaseRelease, LeaseView } from '../../shared/safety/lease';

const LONGEST_MS = 30 * 86_400_000;

/** @throws ApplicationFailure with what is wrong, before anything is recorded. */
export function checkRelease(view: LeaseView, { owner, by, reason }: LeaseRelease): void {
  checkPerson(by, reason);
  refuseOver(view);
  if (owner === undefined || view.owners.some((one) => one.owner === owner)) return;
  const owners = view.owners.map((one) => one.owner).join(', ') || 'nobody';
  throw refused(`"${owner}" does not hold this lease, but: ${owners}`);
}

/** @throws ApplicationFailure as above. */
export function checkExtension(view: LeaseView, { by, for: time, reason }: LeaseExtension): void {
  checkPerson(by, reason);
  refuseOver(view);
  const ms = typeof time === 'string' ? parseDuration(time) : undefined;
  if (ms !== undefined && ms > 0 && ms <= LONGEST_MS) return;
  throw refused(`for: expected a duration such as "1h", at most 30d, got ${JSON.stringify(time)}`);
}

function checkPerson(by: unknown, reason: unknown): void {
  if (typeof by !== 'string' || by.trim() === '') throw refused('by: say who you are');
  if (typeof reason !== 'string' || reason.trim() === '') throw refused('reason: say why in a few words');
}

function refuseOver({ state, endedAt, setting, host }: LeaseView): void {
  if (endedAt === null && state !== 'undoing') return;
  throw refused(`the lease of ${setting} on ${host} is ${state}: ask for a new one`);
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'UpdateRefused');
}
