import { ActivityFailure, CancellationScope, TimeoutFailure, condition, proxyActivities } from '@temporalio/workflow';
import type { HostActivities } from '../../activities/host';
import { hostTaskQueue } from '../../shared/task-queues';
import type { Incident } from '../incident/incident';
import { NOT_REGISTERED } from './agent-version';

const FINDING = 'AgentUnreachable';
const TOO_OLD = 'AgentTooOld';
/** What is left of a closed incident stands in an agent's queue no longer than this. */
const PROBE_STANDS_MS = 3_600_000;
/**
 * An agent that dies of a probe is given it again by the server: that is no event either. One that is too old to know the
 * probe has taken it, and is there.
 */
const PROBE_RETRY = {
  initialInterval: 1_000,
  backoffCoefficient: 2,
  maximumInterval: 60_000,
  nonRetryableErrorTypes: [NOT_REGISTERED],
};

/** Whether the host's agent is known to take no work. */
export function isAgentAway(incident: Incident): boolean {
  return incident.hasFinding(FINDING);
}

/**
 * The host's agent takes no work. From now on one probe stands in its queue, for all of the incident: the agent takes it
 * the moment it is back, and nothing is offered to it again and again meanwhile.
 */
export function noteAgentAway(incident: Incident, host: string): void {
  if (!isAgentAway(incident)) {
    incident.addFinding(FINDING, '', `The agent on ${host} does not take work: the host or halcyon-agent is down`);
    incident.note('', `${FINDING}: waiting for the agent on ${host}`);
  }
  if (incident.agent.isProbed) return;
  incident.agent.isProbed = true;
  void CancellationScope.nonCancellable(() => probe(incident, host));
}

/** Waits until the agent takes work again. Writes nothing to the history. */
export async function untilAgentIsBack(incident: Incident, host: string): Promise<void> {
  // The run before this one may have known it; its probe ended with it.
  if (isAgentAway(incident)) noteAgentAway(incident, host);
  await condition(() => !isAgentAway(incident));
}

async function probe(incident: Incident, host: string): Promise<void> {
  const { observeAllowed } = proxyActivities<HostActivities>({
    taskQueue: hostTaskQueue(host),
    scheduleToStartTimeout: PROBE_STANDS_MS,
    startToCloseTimeout: '15s',
    heartbeatTimeout: '10s',
    retry: PROBE_RETRY,
    summary: `The agent on ${host} to be back`,
  });
  for (let isTaken = false; !isTaken;) {
    isTaken = await observeAllowed().then(
      () => true,
      (err: unknown) => !wasNotTaken(err),
    );
  }
  incident.agent.isProbed = false;
  noteAgentBack(incident, host);
}

/** It took work. True where it was known to be away. */
export function noteAgentBack(incident: Incident, host: string): boolean {
  if (!isAgentAway(incident)) return false;
  incident.agent.returns += 1;
  incident.withdraw(({ name }) => name === FINDING);
  incident.note('', `The agent on ${host} answers again`);
  return true;
}

/** Once: the first look at what the agent knows names all that it lacks. */
export function noteTooOld(incident: Incident, cite: string, what: string): void {
  if (!incident.hasFinding(TOO_OLD)) incident.addFinding(TOO_OLD, cite, what);
}

/** What the agent lacks by its own list, in words; null where it lacks nothing. */
export function noteVersion(incident: Incident, cite: string, lacking: string | null): void {
  incident.withdraw(({ name, detail }) => name === TOO_OLD && detail !== lacking);
  if (lacking !== null) incident.addFinding(TOO_OLD, cite, lacking);
}

/** Nobody took this work from the host's queue in time. */
export function wasNotTaken(err: unknown): boolean {
  return (
    err instanceof ActivityFailure &&
    err.cause instanceof TimeoutFailure &&
    err.cause.timeoutType === 'SCHEDULE_TO_START'
  );
}
