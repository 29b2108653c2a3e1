import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { EscalationView } from '../shared/paging/escalation';
import { escalationId } from '../shared/ids';
import type { IncidentView } from '../shared/incident';
import { isClockOver } from '../temporal/clock-over';
import type { VirtualTime } from './time/virtual-time';

/** An incident and its clock at one moment. */
export interface Snapshot {
  incident: IncidentView;
  /** Null while there is none. */
  escalation: EscalationView | null;
  /** Incident and clock have ended, and everyone was told. */
  isOver: boolean;
}

/** Throws when the incident's workflow ended in another way than by itself. */
export async function takeSnapshot(client: Client, workflowId: string): Promise<Snapshot> {
  const handle = client.workflow.getHandle(workflowId);
  const incident = await handle.query<IncidentView>('timeline');
  const { status } = await handle.describe();
  if (status.name !== 'RUNNING' && incident.outcome === null) {
    throw new Error(`${workflowId} ended as ${status.name} and not by itself`);
  }
  const clock = client.workflow.getHandle(escalationId(workflowId));
  const escalation = await unlessAbsent(clock.query<EscalationView>('escalation'));
  const isOver = status.name !== 'RUNNING' && (await isClockOver(client, clock.workflowId));
  return { incident, escalation, isOver };
}

async function unlessAbsent<T>(view: Promise<T>): Promise<T | null> {
  try {
    return await view;
  } catch (err) {
    if (err instanceof WorkflowNotFoundError) return null;
    throw err;
  }
}

/** Nothing is to come by itself any more: every tier is paged, nothing is asked, and people have it. */
export function onlyPeopleAreLeft({ incident, escalation }: Snapshot): boolean {
  const isOpen = escalation !== null && (escalation.next !== null || escalation.acknowledged !== null);
  return incident.state === 'waitingForPeople' && !isOpen;
}

/** What is waited for, in words; null while something runs. */
export function whatWaits({ incident, escalation }: Snapshot, time: VirtualTime): string | null {
  const what = waitingFor(incident, time);
  if (what === null) return null;
  const { acknowledged = null } = escalation ?? {};
  const clock = (iso: string) => time.shown(iso).slice(11, 16);
  return [
    acknowledged === null ? what : `${what} (${acknowledged.as} has it until ${clock(acknowledged.until)})`,
    whoIsNext({ escalation }, time),
  ].join('; ');
}

/** Who is called next if nobody does anything. */
export function whoIsNext({ escalation }: Pick<Snapshot, 'escalation'>, time: VirtualTime): string {
  const { stillSince = null, next = null } = escalation ?? {};
  if (stillSince !== null) return 'nobody is called while it is well';
  return next === null ? 'no tier is left' : `next: tier ${next.tier} at ${time.shown(next.at).slice(11, 16)}`;
}

function waitingFor({ state, host, approvals, alerts }: IncidentView, time: VirtualTime): string | null {
  const isResolved = alerts.every(({ status }) => status === 'resolved');
  switch (state) {
    case 'waitingForTurn':
      return `the turn on ${host}`;
    case 'waitingForAgent':
      return `the agent on ${host}`;
    case 'waitingForApproval':
      return approvals
        .filter((approval) => approval.state === 'asked')
        .map(({ subject, expiresAt }) => `an answer until ${time.shown(expiresAt).slice(11, 16)}: ${subject.title}`)
        .join(' and ');
    case 'notDue':
    case 'watching':
      return isResolved ? 'KingFisher to stay well' : 'Alertmanager to resolve';
    case 'waitingForPeople':
      return 'people, and watches the host';
    default:
      return null;
  }
}
