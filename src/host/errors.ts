import type { FailureType } from '../shared/failures';

/** What an adapter refuses or could not do, with the failure it becomes when an activity reports it. */
export class HostError extends Error {
  override readonly name = 'HostError';

  constructor(
    readonly failure: FailureType,
    message: string,
  ) {
    super(message);
  }
}

/** `ENOENT`, `ECONNREFUSED` … of a system error; empty for any other. */
export function errorCode(err: unknown): string {
  const code = (err as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** One line of what went wrong. Errors of several attempts (`AggregateError`) have no message of their own. */
export function errorText(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  return err.message || errorCode(err) || err.name;
}
