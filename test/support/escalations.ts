import { randomUUID } from 'node:crypto';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { EscalationPlan, Subject } from '../../src/shared/escalation';
import { escalationId } from '../../src/shared/ids';
import { CONTROLLER_TASK_QUEUE } from '../../src/shared/task-queues';
import type { escalation } from '../../src/workflows';

export const MINUTE = 60_000;

/** The matrix of the document, as halcyon.yaml has it. */
export const PLAN: EscalationPlan = {
  teams: {
    tradingAi: { name: 'Trading AI', slackChannel: '#trading-ai-alerts', pagerdutyService: 'trading-ai-primary' },
    platform: { name: 'Platform', slackChannel: '#platform-alerts', pagerdutyService: 'platform-secondary' },
    engineeringManager: {
      name: 'Engineering manager',
      slackChannel: null,
      pagerdutyService: 'engineering-manager',
    },
  },
  duty: [
    { team: 'tradingAi', from: '08:00', to: '22:00' },
    { team: 'platform', from: '22:00', to: '08:00' },
  ],
  tiers: [
    { afterMs: 15 * MINUTE, notify: 'onDuty' },
    { afterMs: 30 * MINUTE, notify: 'other' },
    { afterMs: 60 * MINUTE, notify: 'engineeringManager' },
  ],
  holdMs: 30 * MINUTE,
};

/** An incident that is paged about; of a host of its own, so that tests do not meet. */
export function subject(startsAt: number, overrides: Partial<Subject> = {}): Subject {
  const host = `h-${randomUUID().slice(0, 8)}`;
  return {
    workflowId: `incident/KingfisherServiceDown/${host}`,
    runId: randomUUID(),
    runbook: 'serviceDown',
    alertname: 'KingfisherServiceDown',
    host,
    severity: 'critical',
    startsAt: new Date(startsAt).toISOString(),
    summary: `KingFisher on ${host} is down`,
    ...overrides,
  };
}

/** Starts an escalation by itself, without an incident. */
export async function startEscalation(
  { client }: Pick<TestWorkflowEnvironment, 'client'>,
  about: Subject,
  plan: EscalationPlan = PLAN,
): Promise<WorkflowHandleWithFirstExecutionRunId<typeof escalation>> {
  return await client.workflow.start<typeof escalation>('escalation', {
    workflowId: escalationId(about.workflowId),
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [{ subject: about, plan }],
  });
}
