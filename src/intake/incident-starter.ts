import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription, WorkflowStartOptions } from '@temporalio/client';
import type { Logger } from 'pino';
import { routeAlert } from '../alerts/routing';
import type { Route, RoutingTable } from '../alerts/routing';
import type { Alert } from '../shared/alert';
import type { IncidentInput, IncidentMemo, RunbookName } from '../shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../shared/task-queues';
import type { Delivery, DeliveryOutcome } from './delivery';
import { EarlyResolutions } from './early-resolutions';
import { incidentSearchAttributes, staticDetails, staticSummary } from './incident-text';
import { forEachLimited } from './limited';
import { RecentDeliveries } from './recent-deliveries';
import { isUnknownSearchAttribute, settledBy, withinDeadline } from './temporal-errors';

export interface IncidentStarterOptions {
  client: Client;
  table: RoutingTable;
  /** What an incident of a runbook takes with it. */
  policiesOf: (runbook: RunbookName) => Pick<IncidentInput, 'policy' | 'safety'>;
  logger: Pick<Logger, 'info' | 'warn'>;
  /** For all alerts of one call together, milliseconds. */
  timeoutMs: number;
  registerSearchAttributes: () => Promise<void>;
}

export interface IncidentStarter {
  /** Resolves when Temporal has every alert. Throws `TemporalUnavailable` when it has not, in time. */
  deliver(alerts: Alert[]): Promise<Delivery[]>;
}

/** An incident that opens and closes between two looks is looked at again, this often. */
const MAX_LOOKS = 5;
/** A storm in one message is taken a part at a time, so that each retry finds more of it done. */
const MAX_INCIDENTS_AT_ONCE = 32;

/** Brings alerts to their incidents: at most one open incident per id, and none for an episode that is over. */
export function createIncidentStarter(options: IncidentStarterOptions): IncidentStarter {
  const { client, table, logger } = options;
  const recent = new RecentDeliveries();
  const early = new EarlyResolutions();

  return {
    async deliver(alerts) {
      const deadline = Date.now() + options.timeoutMs;
      const byIncident = new Map<string, { alert: Alert; route: Route; index: number }[]>();
      alerts.forEach((alert, index) => {
        const route = routeAlert(alert, table);
        byIncident.set(route.workflowId, [...(byIncident.get(route.workflowId) ?? []), { alert, route, index }]);
      });
      const deliveries: Delivery[] = [];
      const inOrder = async (group: { alert: Alert; route: Route; index: number }[]) => {
        for (const { alert, route, index } of group) {
          const deliver = alert.status === 'firing' ? deliverFiring : deliverResolved;
          const outcome = await recent.share(keyOf(route, alert), () => settledBy(deadline, deliver(alert, route)));
          logger.info({ incident: route.workflowId, status: alert.status, outcome }, 'alert delivered');
          deliveries[index] = { workflowId: route.workflowId, outcome };
        }
      };
      await withinDeadline(client.connection, options.timeoutMs, () =>
        forEachLimited(byIncident.values(), MAX_INCIDENTS_AT_ONCE, inOrder),
      );
      return deliveries;
    },
  };

  async function deliverResolved(alert: Alert, { workflowId }: Route): Promise<DeliveryOutcome> {
    // Remembered before we look: its firing alert may start the incident right after.
    early.remember(workflowId, alert);
    if (!(await signalled(workflowId, alert))) return 'nothingOpen';
    early.forget(workflowId, alert);
    return 'signalled';
  }

  async function deliverFiring(alert: Alert, route: Route): Promise<DeliveryOutcome> {
    const outcome = await startOrSignal(alert, route);
    const resolved = early.find(route.workflowId, alert);
    if (resolved !== undefined && outcome !== 'closedEpisode') await signalled(route.workflowId, resolved);
    early.forget(route.workflowId, alert);
    return outcome;
  }

  /** The last look starts in any case: twice is better than never. */
  async function startOrSignal(alert: Alert, route: Route): Promise<DeliveryOutcome> {
    for (let look = 0; look < MAX_LOOKS; look++) {
      const run = await describe(route.workflowId);
      if (isOpen(run)) {
        if (await signalled(route.workflowId, alert)) return 'signalled';
        continue;
      }
      const closedEpisodes = closedBy(run);
      if (run?.status.name === 'COMPLETED' && isClosed(alert, closedEpisodes)) return 'closedEpisode';
      const policy = look < MAX_LOOKS - 1 ? reusePolicy(run) : 'ALLOW_DUPLICATE';
      if (await started(alert, route, closedEpisodes, policy)) return 'started';
    }
    throw new Error(`${route.workflowId} changed again at each of ${MAX_LOOKS} looks`);
  }

  async function describe(workflowId: string): Promise<WorkflowExecutionDescription | undefined> {
    try {
      return await client.workflow.getHandle(workflowId).describe();
    } catch (err) {
      if (err instanceof WorkflowNotFoundError) return undefined;
      throw err;
    }
  }

  /** False when it closed since we looked. Without a start: that would begin a new incident for an old episode. */
  async function signalled(workflowId: string, alert: Alert): Promise<boolean> {
    try {
      await client.workflow.getHandle(workflowId).signal('alert', alert);
      return true;
    } catch (err) {
      if (err instanceof WorkflowNotFoundError) return false;
      throw err;
    }
  }

  /** False when another run began and ended since we looked. */
  async function started(...start: Parameters<typeof signalWithStart>): Promise<boolean> {
    try {
      await signalWithStart(...start).catch(async (err: unknown) => {
        if (!isUnknownSearchAttribute(err)) throw err;
        logger.warn({}, 'search attributes are not registered in Temporal; registering them');
        await options.registerSearchAttributes();
        await signalWithStart(...start);
      });
      return true;
    } catch (err) {
      if (err instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw err;
    }
  }

  async function signalWithStart(
    alert: Alert,
    route: Route,
    closedEpisodes: Record<string, string>,
    workflowIdReusePolicy: ReusePolicy,
  ): Promise<void> {
    const input: IncidentInput = {
      runbook: route.runbook,
      alertname: alert.alertname || 'unknownAlert',
      host: route.host,
      ...options.policiesOf(route.runbook),
      closedEpisodes,
      ...(route.note === undefined ? {} : { routingNote: route.note }),
    };
    await client.workflow.signalWithStart(route.runbook, {
      workflowId: route.workflowId,
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [input],
      signal: 'alert',
      signalArgs: [alert],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy,
      staticSummary: staticSummary(alert, route),
      staticDetails: staticDetails(alert, route),
      typedSearchAttributes: incidentSearchAttributes(alert, route),
      memo: { closedEpisodes } satisfies IncidentMemo,
    });
  }
}

function keyOf(route: Route, alert: Alert): string {
  return JSON.stringify([route.workflowId, alert.fingerprint, alert.startsAt, alert.status]);
}

/** Paused counts: it is open, and takes signals. */
function isOpen(run: WorkflowExecutionDescription | undefined): boolean {
  return run !== undefined && run.closeTime === undefined;
}

type ReusePolicy = NonNullable<WorkflowStartOptions['workflowIdReusePolicy']>;

/**
 * Another intake may have started the incident since we looked, and it may be over already: then Temporal refuses ours
 * where it can tell, and we look again.
 */
function reusePolicy(run: WorkflowExecutionDescription | undefined): ReusePolicy {
  if (run === undefined) return 'REJECT_DUPLICATE';
  return run.status.name === 'COMPLETED' ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY';
}

function closedBy(run: WorkflowExecutionDescription | undefined): Record<string, string> {
  const memo = run?.memo as Partial<IncidentMemo> | undefined;
  return memo?.closedEpisodes ?? {};
}

/** Episodes of one fingerprint begin one after the other, so the newest closed one closes those before it too. */
function isClosed(alert: Alert, closedEpisodes: Record<string, string>): boolean {
  if (!Object.hasOwn(closedEpisodes, alert.fingerprint)) return false;
  return alert.startsAt <= closedEpisodes[alert.fingerprint]!;
}
