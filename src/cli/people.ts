import { userInfo } from 'node:os';
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { GRPC_DEADLINE_EXCEEDED, failedWith } from './grpc';
import { UsageError } from './usage';

/** A controller that runs answers within milliseconds. */
const ANSWER_MS = 10_000;

/** There is no controller, or none that keeps up. */
export class Unanswered extends Error {}

/** Who runs the command: `--as`, else who called sudo, else the user. */
export function whoAmI(as: string | undefined): string {
  const who = as ?? process.env['SUDO_USER'] ?? userInfo().username;
  if (who.trim() === '') throw new UsageError('--as: say who you are, it goes on the record');
  return who;
}

/**
 * Sends what a person says to an open run and returns its answer.
 *
 * @throws Error in one line: why the run refused it, or that it is not open
 */
export async function say<T>(client: Client, workflowId: string, update: string, argument: object): Promise<T> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await answered(client, () => handle.executeUpdate<T, [object]>(update, { args: [argument] }));
  } catch (err) {
    if (err instanceof WorkflowNotFoundError) {
      throw new Error(`${workflowId} is not open; "halcyon incident list --open" names those that are`, { cause: err });
    }
    throw err;
  }
}

/**
 * What a run answers to an update or a query. No answer is no "yes": it says so instead of waiting for ever.
 *
 * @throws Error in one line: why the run refused it
 * @throws Unanswered with `remedy`
 */
export async function answered<T>(
  client: Client,
  ask: () => Promise<T>,
  remedy = 'is halcyon-controller running?',
): Promise<T> {
  try {
    return await client.connection.withDeadline(Date.now() + ANSWER_MS, ask);
  } catch (err) {
    if (err instanceof WorkflowUpdateFailedError) {
      throw new Error(err.cause instanceof Error ? err.cause.message : err.message, { cause: err });
    }
    if (!isTimeout(err)) throw err;
    throw new Unanswered(`not confirmed within ${ANSWER_MS / 1_000} s: ${remedy}`);
  }
}

function isTimeout(err: unknown): boolean {
  return err instanceof WorkflowUpdateRPCTimeoutOrCancelledError || failedWith(err, GRPC_DEADLINE_EXCEEDED);
}
