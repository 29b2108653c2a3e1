import type { WorkflowHandleWithSignaledRunId } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Alert } from '../../src/shared/alert';
import type { IncidentInput, RunbookPolicy } from '../../src/shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../../src/shared/task-queues';
import { alertSignal } from '../../src/workflows/messages';
import type { serviceDown } from '../../src/workflows';

export const POLICY: RunbookPolicy = {
  stabilityWindowMs: 5_000,
  healthyWithinMs: 30_000,
  dependencyReadyWithinMs: 60_000,
  agentWithinMs: 6_000,
  giveUpAfterMs: 600_000,
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
