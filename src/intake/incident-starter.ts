import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { Logger } from 'pino';
import { routeAlert } from '../alerts/routing';
import type { Route, RoutingTable } from '../alerts/routing';
import type { Alert } from '../shared/alert';
import type { IncidentInput, IncidentMemo, RunbookPolicy } from '../shared/incident';
import { CONTROLLER_TASK_QUEUE } from '../shared/task-queues';
import { incidentSearchAttributes, staticDetails, staticSummary } from './incident-text';
import { RecentDeliveries } from './recent-deliveries';
import { isUnknownSearchAttribute, withinDeadline } from './temporal-errors';

/**
 * What became of one alert.
 * - `started`: it began an incident. `signalled`: it reached an open one.
 * - `duplicate`: Temporal has the very same alert already.
 * - `closedEpisode`: its episode belongs to a closed incident. `nothingOpen`: it is resolved, and nothing is open.
 */
export type DeliveryOutcome = 'started' | 'signalled' | 'duplicate' | 'closedEpisode' | 'nothingOpen';

export interface Delivery {
  workflowId: string;
  outcome: DeliveryOutcome;
}

export interface IncidentStarterOptions {
  client: Client;
  table: RoutingTable;
  policy: RunbookPolicy;
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

/** Brings alerts to their incidents: at most one open incident per id, and none for an episode that is over. */
export function createIncidentStarter(options: IncidentStarterOptions): IncidentStarter {
  const { client, table, logger } = options;
  const recent = new RecentDeliveries();

  return {
    async deliver(alerts) {
      const byIncident = new Map<string, { alert: Alert; route: Route; index: number }[]>();
      alerts.forEach((alert, index) => {
        const route = routeAlert(alert, table);
        byIncident.set(route.workflowId, [...(byIncident.get(route.workflowId) ?? []), { alert, route, index }]);
      });
      const deliveries: Delivery[] = [];
      const inOrder = async (group: { alert: Alert; route: Route; index: number }[]) => {
        for (const { alert, route, index } of group) {
          const outcome = await recent.share(keyOf(route, alert), () => deliverOne(alert, route));
          logger.info({ incident: route.workflowId, status: alert.status, outcome }, 'alert delivered');
          deliveries[index] = { workflowId: route.workflowId, outcome };
        }
      };
      await withinDeadline(client.connection, options.timeoutMs, () =>
        Promise.all([...byIncident.values()].map(inOrder)),
      );
      return deliveries;
    },
  };

  async function deliverOne(alert: Alert, route: Route): Promise<DeliveryOutcome> {
    for (let look = 0; look < MAX_LOOKS; look++) {
      const run = await describe(route.workflowId);
      if (run?.status.name === 'RUNNING') {
        if (await signalled(route.workflowId, alert)) return 'signalled';
        continue;
      }
      if (alert.status === 'resolved') return 'nothingOpen';
      const closedEpisodes = closedBy(run);
      if (run?.status.name === 'COMPLETED' && isClosed(alert, closedEpisodes)) return 'closedEpisode';
      await start(alert, route, closedEpisodes);
      return 'started';
    }
    throw new Error(`${route.workflowId} closed again at each of ${MAX_LOOKS} looks`);
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

  async function start(alert: Alert, route: Route, closedEpisodes: Record<string, string>): Promise<void> {
    try {
      await signalWithStart(alert, route, closedEpisodes);
    } catch (err) {
      if (!isUnknownSearchAttribute(err)) throw err;
      logger.warn({}, 'search attributes are not registered in Temporal; registering them');
      await options.registerSearchAttributes();
      await signalWithStart(alert, route, closedEpisodes);
    }
  }

  async function signalWithStart(alert: Alert, route: Route, closedEpisodes: Record<string, string>): Promise<void> {
    const input: IncidentInput = {
      runbook: route.runbook,
      alertname: alert.alertname || 'unknownAlert',
      host: route.host,
      policy: options.policy,
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
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
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

function closedBy(run: WorkflowExecutionDescription | undefined): Record<string, string> {
  const memo = run?.memo as Partial<IncidentMemo> | undefined;
  return memo?.closedEpisodes ?? {};
}

/** Episodes of one fingerprint begin one after the other, so the newest closed one closes those before it too. */
function isClosed(alert: Alert, closedEpisodes: Record<string, string>): boolean {
  const newest = closedEpisodes[alert.fingerprint];
  return newest !== undefined && alert.startsAt <= newest;
}
