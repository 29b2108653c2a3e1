import { ActivityFailure, ApplicationFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { HostActivities } from '../../activities/host';
import { hostTaskQueue } from '../../shared/task-queues';
import type { TopicAnswer } from '../../shared/topics/answers';
import type { AskHostInput } from '../../shared/topics/ask-host';
import { wasNotTaken } from '../runbook/agent-presence';
import { NOT_REGISTERED, nameTooOld } from '../runbook/agent-version';
import { failureType, reason } from '../runbook/step-failures';

/** A person waits: an agent that works takes it at once. */
const AGENT_WITHIN_MS = 5_000;
/** Each part of an answer has a shorter time; new lines of a log are waited for besides. */
const READ_MS = 15_000;
const HEARTBEAT_MS = 5_000;

/**
 * One question of a person to one host, and its answer: one activity, so that a run is short whatever is asked and however
 * often. It is not asked again by itself: who reads it sees what failed.
 */
export async function askHost({ host, by, request }: AskHostInput): Promise<TopicAnswer> {
  const { observeTopic } = proxyActivities<HostActivities>({
    taskQueue: hostTaskQueue(host),
    scheduleToStartTimeout: AGENT_WITHIN_MS,
    startToCloseTimeout: READ_MS + (request.waitMs ?? 0),
    heartbeatTimeout: HEARTBEAT_MS,
    retry: { maximumAttempts: 1, nonRetryableErrorTypes: [NOT_REGISTERED] },
    summary: `${request.topic}, for ${by}`,
  });
  try {
    return await observeTopic(request);
  } catch (err) {
    if (!(err instanceof ActivityFailure) || isCancellation(err)) throw err;
    throw failureOf(err, host);
  }
}

/** In one line, for whoever asked. */
function failureOf(err: ActivityFailure, host: string): unknown {
  if (wasNotTaken(err)) {
    const within = `${AGENT_WITHIN_MS / 1_000} s`;
    const what = `the agent on ${host} took no work within ${within}: is the host up? systemctl status halcyon-agent there`;
    return ApplicationFailure.nonRetryable(what, 'AgentUnreachable');
  }
  const named = nameTooOld(err, host);
  if (named !== err) return named;
  return ApplicationFailure.nonRetryable(reason(err), failureType(err) ?? 'ObservationFailed');
}
