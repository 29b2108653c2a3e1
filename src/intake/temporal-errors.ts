import type { Client } from '@temporalio/client';

/** Temporal did not take all alerts in time. Nothing is known to be lost: the sender must try again. */
export class TemporalUnavailable extends Error {
  constructor(options: ErrorOptions) {
    super('Temporal cannot be reached or does not answer in time', options);
    this.name = 'TemporalUnavailable';
  }
}

const UNAVAILABLE_CODES = new Set([
  1, // CANCELLED
  4, // DEADLINE_EXCEEDED
  8, // RESOURCE_EXHAUSTED
  14, // UNAVAILABLE
]);

/** Runs calls to Temporal under one deadline. Throws `TemporalUnavailable` when it passes or nobody answers. */
export async function withinDeadline<T>(
  connection: Client['connection'],
  timeoutMs: number,
  calls: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  try {
    return await settledBy(deadline, connection.withDeadline(deadline, calls));
  } catch (err) {
    throw isUnavailable(err) ? new TemporalUnavailable({ cause: err }) : err;
  }
}

/**
 * A call to Temporal, or `TemporalUnavailable` at `deadline` (milliseconds since 1970). gRPC's own deadline is not enough: a channel that is still
 * connecting heeds none, and the client's pause between two tries can end seconds after it.
 */
export async function settledBy<T>(deadline: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const tooLate = () => reject(new TemporalUnavailable({ cause: 'no answer in time' }));
    timer = setTimeout(tooLate, deadline - Date.now());
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isUnavailable(err: unknown): boolean {
  const code = grpcError(err)?.code;
  return code !== undefined && UNAVAILABLE_CODES.has(code);
}

/** Temporal knows no search attribute of that name: its namespace was made anew, or never prepared. */
export function isUnknownSearchAttribute(err: unknown): boolean {
  const grpc = grpcError(err);
  return (
    grpc?.code === 3 && /search attribute .*not defined|no mapping defined for search attribute/i.test(grpc.message)
  );
}

/** The client wraps gRPC errors in its own, some of them twice. */
function grpcError(err: unknown): (Error & { code: number }) | undefined {
  for (let cause: unknown = err; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'number') return cause as Error & { code: number };
  }
  return undefined;
}
