import { WorkflowFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { followIncident } from './follow';
import { exitCodeOf, formatEnd, plain } from './print-timeline';

/** Follows an incident in the terminal and sets the exit code. Ctrl-C ends following and not the incident. */
export async function followToEnd(handle: WorkflowHandle): Promise<void> {
  const { workflowId } = handle;
  const onInterrupt = () => {
    process.stderr.write(
      `\n${plain(workflowId)} goes on: "halcyon incident watch ${plain(workflowId)}" follows it again\n`,
    );
    process.exit(130);
  };
  process.once('SIGINT', onInterrupt);
  try {
    const view = await followIncident(handle, print);
    print(formatEnd(view, workflowId));
    process.exitCode = exitCodeOf(view.outcome);
  } catch (err) {
    if (!(err instanceof WorkflowFailedError)) throw err;
    print(`${howItEnded(err)}: nothing automatic works on ${plain(workflowId)}`);
    process.exitCode = exitCodeOf(null);
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

function howItEnded({ cause }: WorkflowFailedError): string {
  if (cause?.name === 'CancelledFailure') return 'cancelled';
  return cause?.name === 'TerminatedFailure' ? 'terminated' : `failed (${plain(cause?.message ?? 'unknown')})`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
