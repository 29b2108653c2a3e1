import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { FailureType } from '../../shared/failures';
import { CONTROLLER_TASK_QUEUE } from '../../shared/task-queues';
import type { TopicAnswer, TopicRequest } from '../../shared/topics/answers';
import { ASK_HOST_PREFIX } from '../../shared/topics/ask-host';
import type { AskHostInput } from '../../shared/topics/ask-host';
import { isSilence } from '../support/controller';

/** Until an agent takes it, and until it has read everything, with a little for the way. */
const ANSWER_MS = 25_000;
/** What nobody waits for any more does not stay open. */
const RUN_MS = 60_000;

/** Who asks what of which host. */
export interface Question extends TopicRequest {
  host: string;
  by: string;
}

/** Does its work until the reader leaves, which the signal says. */
export type UntilLeft = (work: (signal: AbortSignal) => Promise<void>) => Promise<void>;

/** How the answer is written. */
export interface Shown {
  json: boolean;
  follow: boolean;
  untilLeft: UntilLeft;
}

/** The host's answer was a failure: in one line, with its kind. */
export class AskFailed extends Error {
  override readonly name = 'AskFailed';

  constructor(
    message: string,
    readonly failure: FailureType | undefined,
  ) {
    super(message);
  }
}

/**
 * One question and its answer, by a run of its own: nothing that goes on without end is in any history.
 *
 * @param signal the reader leaves: the agent stops looking, and the answer is undefined
 * @throws AskFailed
 */
export async function ask(
  client: Client,
  { host, by, ...request }: Question,
  signal?: AbortSignal,
): Promise<{ answer: TopicAnswer; handle: WorkflowHandle } | undefined> {
  const input: AskHostInput = { host, by, request };
  const handle = await client.workflow.start('askHost', {
    workflowId: `${ASK_HOST_PREFIX}${host}/${request.topic}/${randomUUID()}`,
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [input],
    workflowExecutionTimeout: RUN_MS,
    staticSummary: `${by} looks at ${request.topic} of ${host}`,
  });
  const leave = () => void handle.cancel().catch(() => undefined);
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted === true) leave();
  try {
    const deadline = Date.now() + ANSWER_MS + (request.waitMs ?? 0);
    const answer = await client.connection.withDeadline(deadline, () => handle.result() as Promise<TopicAnswer>);
    return { answer, handle };
  } catch (err) {
    if (signal?.aborted === true) return undefined;
    throw failed(err, handle);
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}

function failed(err: unknown, { workflowId }: WorkflowHandle): unknown {
  if (isSilence(err)) return new Error(`no answer yet: look at ${workflowId} in Temporal UI`, { cause: err });
  if (!(err instanceof WorkflowFailedError)) return err;
  const { cause } = err;
  if (!(cause instanceof ApplicationFailure)) return new AskFailed(cause?.message ?? err.message, undefined);
  return new AskFailed(cause.message, (cause.type ?? undefined) as FailureType | undefined);
}

/** Of those who follow, one run is kept: that they asked. The next ones say nothing new to whoever looks at Temporal UI. */
export async function forget(client: Client, { workflowId }: WorkflowHandle): Promise<void> {
  const { connection, options } = client;
  await connection.workflowService
    .deleteWorkflowExecution({ namespace: options.namespace, workflowExecution: { workflowId } })
    .catch(() => undefined);
}

/** Ends when the reader leaves by Ctrl-C: what is under way is called off, and the command ends as it should. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  process.once('SIGINT', leave);
  try {
    await work(leaving.signal);
  } finally {
    process.removeListener('SIGINT', leave);
  }
}
