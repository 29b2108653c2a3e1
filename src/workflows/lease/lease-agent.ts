import { ActivityFailure, TimeoutFailure, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { SettingActivities } from '../../activities/host/settings/settings';
import type { SettingState } from '../../shared/safety/lease';
import type { ChangePermit } from '../../shared/safety/permit';
import { hostTaskQueue } from '../../shared/task-queues';
import { NOT_REGISTERED, nameTooOld } from '../runbook/agent-version';
import { reason } from '../runbook/step-failures';
import type { HeldLease } from './held-lease';

/** The agent of the lease's host. `withinMs`: what one call may take, with all that it is tried again. */
export function agent({ view, wanted }: HeldLease, withinMs: number) {
  return proxyActivities<SettingActivities>({
    taskQueue: hostTaskQueue(view.host),
    scheduleToCloseTimeout: withinMs,
    startToCloseTimeout: 180_000,
    heartbeatTimeout: 3_000,
    retry: {
      initialInterval: 1_000,
      backoffCoefficient: 2,
      maximumInterval: 15_000,
      nonRetryableErrorTypes: [NOT_REGISTERED],
    },
    summary: `${view.setting}: ${JSON.stringify(view.original)} → ${JSON.stringify(wanted.value)}, ${view.state}`,
  });
}

/** To put back what this lease changed, or to let it stay for longer: neither waits for a turn. */
export function undoPermit(): ChangePermit {
  return { kind: 'undo', token: 0, holder: workflowInfo().workflowId };
}

export function notThere({ evidence, place }: SettingState): string {
  return `${place} is ${evidence}`;
}

export function whatIsThere({ place, value }: SettingState): string {
  return `${place} has ${JSON.stringify(value)} by another hand`;
}

/** Why an agent did not do it, in words. */
export function why(err: unknown, host: string): string {
  const cause = err instanceof ActivityFailure ? err.cause : undefined;
  if (!(cause instanceof TimeoutFailure)) return reason(nameTooOld(err, host));
  const last = cause.cause instanceof Error ? `: ${cause.cause.message}` : '';
  return `the agent on ${host} did not do it in time${last}`;
}
