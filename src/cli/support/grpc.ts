import { isGrpcServiceError } from '@temporalio/client';

/** A deadline that the two sides see at the same moment may read as this. */
export const GRPC_CANCELLED = 1;
export const GRPC_DEADLINE_EXCEEDED = 4;
/** Temporal's answer to a query when no worker asked for work lately. */
export const GRPC_FAILED_PRECONDITION = 9;
export const GRPC_UNAVAILABLE = 14;

/** What the client wrapped, or the error itself. */
export function causeOf(err: unknown): unknown {
  return err instanceof Error && err.cause !== undefined ? err.cause : err;
}

/** Whether the call failed with one of these status codes. */
export function failedWith(err: unknown, ...codes: number[]): boolean {
  const cause = causeOf(err);
  return isGrpcServiceError(cause) && codes.includes(cause.code);
}
