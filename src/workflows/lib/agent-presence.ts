import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';
import type { Incident } from './incident';

const FINDING = 'AgentUnreachable';

/** What an incident learns of a host's agent: whether it takes work. */
export function noteAgentAway(incident: Incident, host: string): void {
  if (incident.hasFinding(FINDING)) return;
  incident.find(FINDING, '', `The agent on ${host} does not take work: the host or halcyon-agent is down`);
  incident.note('', `${FINDING}: waiting for the agent on ${host}`);
}

/** True where it was known to be away. */
export function noteAgentBack(incident: Incident, host: string): boolean {
  if (!incident.hasFinding(FINDING)) return false;
  incident.withdraw(({ name }) => name === FINDING);
  incident.note('', `The agent on ${host} answers again`);
  return true;
}

/** Nobody took this work from the host's queue in time. */
export function wasNotTaken(err: unknown): boolean {
  return (
    err instanceof ActivityFailure &&
    err.cause instanceof TimeoutFailure &&
    err.cause.timeoutType === 'SCHEDULE_TO_START'
  );
}
