import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Approval } from '../../src/shared/safety/approval';
import type { EscalationPlan, EscalationView, Subject } from '../../src/shared/paging/escalation';
import { closingId, escalationId } from '../../src/shared/ids';
import type { RunLimit } from '../../src/shared/run-limit';
import { CONTROLLER_TASK_QUEUE } from '../../src/shared/task-queues';
import type { escalation } from '../../src/workflows';
import type { Outcome } from '../../src/shared/incident';
import { acknowledgedSignal, closedSignal } from '../../src/workflows/messages';
import type { ScriptedControl } from './scripted/scripted-control';

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
  lateGraceMs: 2 * MINUTE,
  lateSpacingMs: 5 * MINUTE,
  notify: 'tiers',
  urgency: 'high',
  onHelpless: 'now',
  quiet: null,
};

/** An incident that is paged about; of a host of its own, so that tests do not meet. */
export function subject(startsAt: number, overrides: Partial<Subject> = {}): Subject {
  const host = `h-${randomUUID().slice(0, 8)}`;
  return {
    workflowId: `incident/KingfisherServiceDown/${host}`,
    runId: randomUUID(),
    firing: 1,
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
  limit: RunLimit = {},
): Promise<WorkflowHandleWithFirstExecutionRunId<typeof escalation>> {
  return await client.workflow.start<typeof escalation>('escalation', {
    workflowId: escalationId(about.workflowId),
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [{ subject: about, plan, ...limit }],
  });
}

/** Resolves when everybody who heard of it knows that it is over; also where there is nobody to tell. */
export async function everyoneTold(
  { client }: Pick<TestWorkflowEnvironment, 'client'>,
  { workflowId, firstExecutionRunId }: { workflowId: string; firstExecutionRunId: string },
): Promise<void> {
  await client.workflow
    .getHandle(closingId(workflowId, firstExecutionRunId))
    .result()
    .catch((err: unknown) => {
      if (!(err instanceof WorkflowNotFoundError)) throw err;
    });
}

export interface HowToBegin {
  /** Minutes since the alert began. */
  ago?: number;
  plan?: EscalationPlan;
  severity?: string;
  limit?: RunLimit;
}

/** An escalation whose pages, people and close a test plays. */
export async function beginEscalation(
  env: TestWorkflowEnvironment,
  control: ScriptedControl,
  { ago = 0, plan = PLAN, severity = 'critical', limit }: HowToBegin = {},
) {
  const now = await env.currentTimeMs();
  const zero = now - ago * MINUTE;
  const about = subject(zero, { severity });
  const handle = await startEscalation(env, about, plan, limit);
  const { workflowId: id } = about;
  /** `15 tier 1`, or `40 tier 1 collapsed`: when PagerDuty, which every team has, accepted it. */
  const pages = () =>
    control
      .tiers(id, 'pagerduty')
      .map((one) => `${Math.floor((one.at - zero) / MINUTE)} tier ${one.tier}${one.collapsed ? ' collapsed' : ''}`);
  const ack = async (as: string, minutes: number) => {
    const until = new Date((await env.currentTimeMs()) + minutes * MINUTE).toISOString();
    await handle.signal(acknowledgedSignal, { as, until });
  };
  const close = async (outcome: Outcome = 'healed'): Promise<EscalationView> => {
    await handle.signal(closedSignal, { outcome, summary: 'Restarted KingFisher' });
    const view = await handle.result();
    await everyoneTold(env, handle);
    return view;
  };
  return { about, handle, id, now, zero, pages, ack, close };
}

/** A question that is open for half an hour. */
export function question(askedAt: number): Approval {
  return {
    hash: 'ab12cd34',
    subject: {
      risk: 'fullRecovery',
      host: 'h1',
      cite: 'H',
      title: 'Full recovery',
      arguments: {},
      precondition: 'down',
    },
    state: 'asked',
    askedAt: new Date(askedAt).toISOString(),
    expiresAt: new Date(askedAt + 30 * MINUTE).toISOString(),
    roles: ['operator'],
    people: ['anna', 'bela'],
    answeredBy: null,
    answeredAt: null,
    note: '',
  };
}
