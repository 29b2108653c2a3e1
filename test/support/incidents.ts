import type { Client, WorkflowHandle, WorkflowHandleWithSignaledRunId } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Alert } from '../../src/shared/alert';
import type { IncidentInput, IncidentView, RunbookPolicy } from '../../src/shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../../src/shared/task-queues';
import { alertSignal } from '../../src/workflows/messages';
import type { serviceDown } from '../../src/workflows';
import { SAFETY } from './safety';
import { waitFor } from './wait-for';

export const POLICY: RunbookPolicy = {
  stabilityWindowMs: 5_000,
  healthyWithinMs: 30_000,
  dependencyReadyWithinMs: 60_000,
  agentWithinMs: 6_000,
  giveUpAfterMs: 600_000,
  agreeWithinMs: 900_000,
  steadyForMs: 300_000,
  startsPerHour: 6,
  tempFilesOlderThanMs: 86_400_000,
};

export function alert(overrides: Partial<Alert> = {}): Alert {
  const now = new Date().toISOString();
  return {
    status: 'firing',
    alertname: 'KingfisherServiceDown',
    fingerprint: 'a1b2c3d4e5f60718',
    startsAt: now,
    labels: { alertname: 'KingfisherServiceDown', instance: 'h1:8201', severity: 'critical' },
    annotations: { summary: 'KingFisher on h1 is down' },
    receivedAt: now,
    truncated: 0,
    ...overrides,
  };
}

export function incidentInput(host: string | null, overrides: Partial<IncidentInput> = {}): IncidentInput {
  return {
    runbook: 'serviceDown',
    alertname: 'KingfisherServiceDown',
    host,
    policy: POLICY,
    closedEpisodes: {},
    safety: SAFETY,
    ...overrides,
  };
}

/** Starts an incident as intake does: signal-with-start. */
export async function startIncident(
  client: Client,
  host: string,
  first: Alert,
  input: IncidentInput = incidentInput(host),
): Promise<WorkflowHandleWithSignaledRunId<typeof serviceDown>> {
  return await client.workflow.signalWithStart<typeof serviceDown, [Alert | Alert[]]>(input.runbook, {
    workflowId: `incident/${input.alertname}/${host}`,
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [input],
    signal: alertSignal,
    signalArgs: [first],
  });
}

/** An incident may end by itself between a look at it and a message to it. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

/** Waits until the host is well and the incident only looks on, then Alertmanager agrees: the result. */
export async function resolvedWhenWell(handle: WorkflowHandle, first: Alert): Promise<IncidentView> {
  await untilState(handle, 'watching', 'closed');
  await handle.signal(alertSignal, { ...first, status: 'resolved' }).catch(unlessEnded);
  return (await handle.result()) as IncidentView;
}

/** The view of an incident as soon as it is in one of these states. */
export async function untilState(handle: WorkflowHandle, ...states: IncidentView['state'][]): Promise<IncidentView> {
  return await waitFor(
    async () => {
      const view = await handle.query<IncidentView>('timeline');
      return states.includes(view.state) ? view : undefined;
    },
    { what: `${handle.workflowId} to be ${states.join(' or ')}`, deadlineMs: 60_000, everyMs: 50 },
  );
}

/** A person closes an incident, whatever it waits for; until it has ended. */
export async function closedMeanwhile(handle: WorkflowHandle): Promise<void> {
  await handle.executeUpdate('close', { args: [{ as: 'anna', reason: 'the test is over' }] });
  const isOver = async () => (await handle.describe()).status.name === 'COMPLETED';
  await waitFor(isOver, { what: `${handle.workflowId} to end`, deadlineMs: 60_000 });
}

/**
 * Waits until an incident has ended, only looks on, or people have it or are asked something: then a person closes it. Not
 * by `result()`, which lets a server that skips time run ahead to the next timer of whatever else is open.
 */
export async function closedByHand(handle: WorkflowHandle): Promise<IncidentView> {
  const isOpen = async () => (await handle.describe()).status.name === 'RUNNING';
  const { state } = await waitFor(
    async () => {
      const view = await handle.query<IncidentView>('timeline');
      return ['watching', 'waitingForPeople', 'waitingForApproval', 'closed'].includes(view.state) ? view : undefined;
    },
    { what: `${handle.workflowId} to need people`, deadlineMs: 120_000, everyMs: 100 },
  );
  if (state !== 'closed' && (await isOpen())) {
    await handle
      .executeUpdate('close', { args: [{ as: 'test', reason: 'the test has seen enough' }] })
      .catch(unlessEnded);
  }
  await waitFor(async () => !(await isOpen()), {
    what: `${handle.workflowId} to end`,
    deadlineMs: 60_000,
    everyMs: 50,
  });
  return await handle.query<IncidentView>('timeline');
}
