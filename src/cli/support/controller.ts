import {
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { GRPC_CANCELLED, GRPC_DEADLINE_EXCEEDED, GRPC_FAILED_PRECONDITION, failedWith } from './grpc';
import { plain } from '../incident/print-timeline';

/** A controller that runs answers within milliseconds. */
const ANSWER_MS = 10_000;
/** Whether there is one at all. One that is only slow hears what is kept, too. */
const KNOCK_MS = 5_000;

/** What is said where Temporal keeps what nobody can take now. */
export const KEPT = 'no controller answers: kept, it counts as soon as a controller runs';

/** There is no controller, or none that keeps up. */
export class Unanswered extends Error {}

/** What a run answered to what a person said, or `kept`: Temporal has it, in order, until a controller runs. */
export type Said<T> = { kind: 'answered'; reply: T } | { kind: 'kept' };

export interface Saying {
  /** Of the update, and of the signal that stands in for it. */
  name: string;
  /** One that this kind of run answers. */
  query: string;
  argument: object;
  /** Why it is not kept, and what to do; absent where it is. */
  unkept?: string;
}

/**
 * Tells an open run what a person says. An update is no way to say it while no controller runs: its sender hears nothing,
 * Temporal may drop it or apply it later, and what is said afterwards may come first. So the run is asked something
 * first, and a signal of the same name is kept where nobody answers.
 *
 * @throws Error in one line: why the run refused it, or that it is not open
 */
export async function sayOrKeep<T>(
  client: Client,
  handle: WorkflowHandle,
  { name, query, argument, unkept }: Saying,
): Promise<Said<T>> {
  try {
    if ((await ask(client, handle, query)) === undefined) {
      if (unkept !== undefined) throw new Unanswered(`no controller answers, and nothing was said: ${unkept}`);
      await handle.signal<[object]>(name, argument);
      return { kind: 'kept' };
    }
    const reply = await answered(client, () => handle.executeUpdate<T, [object]>(name, { args: [argument] }));
    return { kind: 'answered', reply };
  } catch (err) {
    if (!(err instanceof WorkflowNotFoundError)) throw err;
    throw new Error(`${plain(handle.workflowId)} is not open; "halcyon incident list --open" names those that are`, {
      cause: err,
    });
  }
}

/** What a run says of itself; undefined where no controller answers in time. */
export async function ask<T>(client: Client, handle: WorkflowHandle, query: string): Promise<T | undefined> {
  try {
    return await client.connection.withDeadline(Date.now() + KNOCK_MS, () => handle.query<T>(query));
  } catch (err) {
    if (err instanceof QueryNotRegisteredError)
      throw new Error(`${plain(handle.workflowId)} is something else: it does not know "${query}"`, { cause: err });
    if (isSilence(err)) return undefined;
    throw err;
  }
}

/**
 * What a run answers to an update or a query.
 *
 * @throws Error in one line: why the run refused it
 * @throws Unanswered
 */
export async function answered<T>(client: Client, work: () => Promise<T>): Promise<T> {
  try {
    return await client.connection.withDeadline(Date.now() + ANSWER_MS, work);
  } catch (err) {
    if (err instanceof WorkflowUpdateFailedError) {
      throw new Error(err.cause instanceof Error ? err.cause.message : err.message, { cause: err });
    }
    if (!isSilence(err)) throw err;
    throw new Unanswered(
      `no answer within ${ANSWER_MS / 1_000} s, so it may count or not: is halcyon-controller running? Look again`,
    );
  }
}

/** Nobody polls, or nobody answered in time; the error may be the client's or gRPC's. */
export function isSilence(err: unknown): boolean {
  return (
    err instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    failedWith(err, GRPC_CANCELLED, GRPC_DEADLINE_EXCEEDED, GRPC_FAILED_PRECONDITION)
  );
}
