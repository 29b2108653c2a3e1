import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription, WorkflowStartOptions } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Route } from '../alerts/routing';
import type { Alert } from '../shared/alert';
import type { ClosedEpisodes } from '../shared/episode';
import type { IncidentInput, IncidentMemo } from '../shared/incident';
import type { RunbookName } from '../shared/runbooks';
import { CONTROLLER_TASK_QUEUE } from '../shared/task-queues';
import { incidentSearchAttributes, staticDetails, staticSummary } from './incident-text';
import { isUnknownSearchAttribute } from './temporal-errors';

export interface IncidentRunsOptions {
  client: Client;
  /** What an incident of a runbook takes with it. */
  policiesOf: (runbook: RunbookName) => Pick<IncidentInput, 'policy' | 'safety'>;
  logger: Pick<Logger, 'warn'>;
  registerSearchAttributes: () => Promise<void>;
}

/** The newest run of an incident's id. */
export interface IncidentRun {
  /** Paused counts: it is open, and takes signals. */
  isOpen: boolean;
  /** It came to its end, and so has dealt with its episodes. */
  isCompleted: boolean;
  closedEpisodes: ClosedEpisodes;
}

export type ReusePolicy = NonNullable<WorkflowStartOptions['workflowIdReusePolicy']>;

/** What a new incident is begun with. */
export interface IncidentStart {
  /** The first is the one that begins the incident. */
  alerts: [Alert, ...Alert[]];
  route: Route;
  closedEpisodes: ClosedEpisodes;
  /** Nothing fires but alerts of closed episodes, clearly after their end. */
  isRevisit: boolean;
  reusePolicy: ReusePolicy;
}

/** What intake asks and tells Temporal about incidents. */
export class IncidentRuns {
  constructor(private readonly options: IncidentRunsOptions) {}

  async look(workflowId: string): Promise<IncidentRun | undefined> {
    try {
      const run = await this.options.client.workflow.getHandle(workflowId).describe();
      const isOpen = run.closeTime === undefined;
      return { isOpen, isCompleted: run.status.name === 'COMPLETED', closedEpisodes: closedBy(run) };
    } catch (err) {
      if (err instanceof WorkflowNotFoundError) return undefined;
      throw err;
    }
  }

  /** False when it closed since we looked. Without a start: that would begin a new incident for an old episode. */
  async signal(workflowId: string, alerts: Alert[]): Promise<boolean> {
    try {
      await this.options.client.workflow.getHandle(workflowId).signal('alert', alerts);
      return true;
    } catch (err) {
      if (err instanceof WorkflowNotFoundError) return false;
      throw err;
    }
  }

  /** False when another run began and ended since we looked. */
  async start(start: IncidentStart): Promise<boolean> {
    try {
      await this.signalWithStart(start).catch(async (err: unknown) => {
        if (!isUnknownSearchAttribute(err)) throw err;
        this.options.logger.warn({}, 'search attributes are not registered in Temporal; registering them');
        await this.options.registerSearchAttributes();
        await this.signalWithStart(start);
      });
      return true;
    } catch (err) {
      if (err instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw err;
    }
  }

  private async signalWithStart(start: IncidentStart): Promise<void> {
    const { alerts, route, closedEpisodes } = start;
    const [first] = alerts;
    const input: IncidentInput = {
      runbook: route.runbook,
      alertname: first.alertname || 'unknownAlert',
      host: route.host,
      ...this.options.policiesOf(route.runbook),
      closedEpisodes,
      ...(start.isRevisit ? { revisit: true } : {}),
      ...(route.note === undefined ? {} : { routingNote: route.note }),
    };
    await this.options.client.workflow.signalWithStart(route.runbook, {
      workflowId: route.workflowId,
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [input],
      signal: 'alert',
      signalArgs: [alerts],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: start.reusePolicy,
      staticSummary: staticSummary(first, route),
      staticDetails: staticDetails(first, route),
      typedSearchAttributes: incidentSearchAttributes(first, route),
      memo: { closedEpisodes } satisfies IncidentMemo,
    });
  }
}

function closedBy(run: WorkflowExecutionDescription): ClosedEpisodes {
  const memo = run.memo as Partial<IncidentMemo> | undefined;
  return memo?.closedEpisodes ?? {};
}
