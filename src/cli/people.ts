import { userInfo } from 'node:os';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';

/** Who runs the command: `--as`, else who called sudo, else the user. */
export function whoAmI(as: string | undefined): string {
  return as ?? process.env['SUDO_USER'] ?? userInfo().username;
}

/**
 * Sends what a person says to an open run and returns its answer.
 *
 * @throws Error in one line: why the run refused it, or that it is not open
 */
export async function say<T>(client: Client, workflowId: string, update: string, argument: object): Promise<T> {
  try {
    return await client.workflow.getHandle(workflowId).executeUpdate<T, [object]>(update, { args: [argument] });
  } catch (err) {
    if (err instanceof WorkflowUpdateFailedError) {
      throw new Error(err.cause instanceof Error ? err.cause.message : err.message, { cause: err });
    }
    if (err instanceof WorkflowNotFoundError) {
      throw new Error(`${workflowId} is not open; "halcyon incident list --open" names those that are`, { cause: err });
    }
    throw err;
  }
}
