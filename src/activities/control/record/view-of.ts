import { QueryNotRegisteredError, QueryRejectedError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';

/** A controller that runs answers within milliseconds. */
const ANSWER_MS = 5_000;

/** What a run shows of itself; null where no controller can replay it now. `isOver`: it ended with its view as its result. */
export async function viewOf<View>(
  client: Client,
  handle: WorkflowHandle,
  { query, isOver }: { query: string; isOver: boolean },
): Promise<View | null> {
  if (isOver) return (await handle.result()) as View;
  try {
    return await client.connection.withDeadline(Date.now() + ANSWER_MS, () => handle.query<View>(query));
  } catch (err) {
    if (err instanceof QueryNotRegisteredError || err instanceof QueryRejectedError || isUnanswered(err)) return null;
    throw err;
  }
}

/** Nobody polls, or nobody answered in time. */
function isUnanswered(err: unknown): boolean {
  const codes = [err, (err as { cause?: unknown }).cause].map((one) => (one as { code?: unknown } | undefined)?.code);
  return codes.some((code) => UNANSWERED.includes(code as number));
}

/** gRPC's cancelled, deadline exceeded and failed precondition. */
const UNANSWERED = [1, 4, 9];
