import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';
import type { Incident } from '../incident/incident';

const FINDING = 'AgentUnreachable';
const TOO_OLD = 'AgentTooOld';

/** What an incident learns of a host's agent: whether it takes work. */
export function noteAgentAway(incident: Incident, host: string): void {
  if (incident.hasFinding(FINDING)) return;
  incident.addFinding(FINDING, '', `The agent on ${host} does not take work: the host or halcyon-agent is down`);
  incident.note('', `${FINDING}: waiting for the agent on ${host}`);
}

/** True where it was known to be away. */
export function noteAgentBack(incident: Incident, host: string): boolean {
  if (!incident.hasFinding(FINDING)) return false;
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
