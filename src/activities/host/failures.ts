import { ApplicationFailure } from '@temporalio/activity';
import { CommandNotStarted } from '../../host/program';
import { HostError, errorText } from '../../host/errors';
import type { Redact } from '../../host/redact';
import { FAILURES } from '../../shared/failures';
import type { FailureType } from '../../shared/failures';

const MESSAGE_CHARACTERS = 1_000;

/** An error of the host as Temporal stores it: type and retry by FAILURES, message masked, no stack of foreign errors. */
export function toFailure(err: unknown, redact: Redact): ApplicationFailure {
  const type = typeOf(err);
  return ApplicationFailure.create({
    type,
    nonRetryable: !FAILURES[type].retryable,
    message: redact(errorText(err), MESSAGE_CHARACTERS),
  });
}

function typeOf(err: unknown): FailureType {
  if (err instanceof HostError) return err.failure;
  return err instanceof CommandNotStarted ? 'NotConfigured' : 'ObservationFailed';
}
