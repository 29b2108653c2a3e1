import { ApplicationFailure } from '@temporalio/activity';
import { CommandNotStarted } from '../../../host/programs/program';
import { isNoSpace, tellFull } from '../../../host/files/disk-full';
import { HostError, errorText } from '../../../host/errors';
import type { Redact } from '../../../host/redact';
import { FAILURES } from '../../../shared/failures';
import type { FailureType } from '../../../shared/failures';

const MESSAGE_CHARACTERS = 1_000;

/**
 * An error of the host as Temporal stores it: type and retry by FAILURES, message masked, no stack of foreign errors. One of
 * space is `DiskFull` whatever it stopped, and says which file system that is.
 */
export function toFailure(err: unknown, redact: Redact): ApplicationFailure {
  const full = fullDisk(err);
  const type = full === undefined ? typeOf(err) : 'DiskFull';
  return ApplicationFailure.create({
    type,
    nonRetryable: !FAILURES[type].retryable,
    message: redact(full ?? errorText(err), MESSAGE_CHARACTERS),
  });
}

/** What its remedy says is left out: it is of another cause. */
function fullDisk(err: unknown): string | undefined {
  if (err instanceof HostError && ['DiskFull', 'NotEnoughSpace'].includes(err.failure)) return undefined;
  if (!isNoSpace(err)) return undefined;
  const full = tellFull(pathOf(err));
  const [what] = errorText(err).split('; ');
  return full === undefined ? undefined : `${full}. ${what}`;
}

function pathOf(err: unknown): string | undefined {
  const { dest, path } = err as { dest?: unknown; path?: unknown };
  return [dest, path].find((place) => typeof place === 'string');
}

function typeOf(err: unknown): FailureType {
  if (err instanceof HostError) return err.failure;
  return err instanceof CommandNotStarted ? 'NotConfigured' : 'ObservationFailed';
}
