import { routeAlert } from '../alerts/routing';
import type { Route, RoutingTable } from '../alerts/routing';
import type { Alert } from '../shared/alert';
import { startAsWritten } from '../shared/episode';
import type { Logger } from 'pino';
import type { Delivery, DeliveryOutcome } from './delivery';
import { EarlyResolutions } from './early-resolutions';
import { IncidentQueue } from './incident-queue';
import type { QueuedAlert } from './incident-queue';
import { IncidentRuns } from './incident-runs';
import type { IncidentRunsOptions } from './incident-runs';
import { forEachLimited } from './limited';
import { deliverList, reaches } from './list-delivery';
import { Pace } from './pace';
import { RecentDeliveries } from './recent-deliveries';
import { SecondLooks } from './second-looks';
import { TemporalUnavailable, settledBy, withinDeadline } from './temporal-errors';

export interface IncidentStarterOptions extends IncidentRunsOptions {
  table: RoutingTable;
  logger: Pick<Logger, 'info' | 'warn'>;
  /** For all alerts of one call together, milliseconds. */
  timeoutMs: number;
  /** Milliseconds since 1970, by which alerts are received. @default Date.now */
  now?: () => number;
}

export interface IncidentStarter {
  /** Resolves when Temporal has every alert. Throws `TemporalUnavailable` when it has not, in time. */
  deliver(alerts: Alert[]): Promise<Delivery[]>;
}

/** A storm in one message is taken a part at a time, so that each retry finds more of it done. */
const MAX_INCIDENTS_AT_ONCE = 32;
/** What is held in memory at a time for Temporal to take, as JSON. More than that is left to its senders. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

type Routed = QueuedAlert & { route: Route; index: number };

/** Brings alerts to their incidents: at most one open incident per id, and none for an episode that is over. */
export function createIncidentStarter(options: IncidentStarterOptions): IncidentStarter {
  const { client, table, logger, now = Date.now } = options;
  const runs = new IncidentRuns(options);
  const recent = new RecentDeliveries(now);
  const secondLooks = new SecondLooks((alert) => void lookAgain(alert));
  const early = new EarlyResolutions();
  const pace = new Pace();
  const queues = new Map<string, IncidentQueue>();
  let heldBytes = 0;

  return {
    async deliver(alerts) {
      const deadline = Date.now() + options.timeoutMs;
      const routed = alerts.map((alert, index) => ({
        ...queued(alert, deadline),
        route: routeAlert(alert, table),
        index,
      }));
      const bytes = routed.reduce((sum, one) => sum + one.bytes, 0);
      if (heldBytes > 0 && heldBytes + bytes > MAX_HELD_BYTES) {
        throw new TemporalUnavailable({ cause: `${heldBytes} bytes of alerts wait for it already` });
      }
      heldBytes += bytes;
      try {
        return await settledBy(deadline, bringAll(routed));
      } finally {
        heldBytes -= bytes;
      }
    },
  };

  async function bringAll(routed: Routed[]): Promise<Delivery[]> {
    const byIncident = new Map<string, Routed[]>();
    for (const one of routed) {
      const group = byIncident.get(one.route.workflowId);
      if (group === undefined) byIncident.set(one.route.workflowId, [one]);
      else group.push(one);
    }
    const deliveries: Delivery[] = [];
    await forEachLimited(byIncident.values(), MAX_INCIDENTS_AT_ONCE, async (group) => {
      // All of them are queued before the first is under way: they go together, in their order.
      await Promise.all(group.map(async (one) => (deliveries[one.index] = await bring(one))));
    });
    return deliveries;
  }

  async function bring({ route, ...one }: Routed): Promise<Delivery> {
    const { workflowId } = route;
    const { alert } = one;
    const deliver = alert.status === 'firing' ? deliverFiring : deliverResolved;
    const outcome = await recent.share(keyOf(route, alert), () => deliver(one, route));
    logger.info({ incident: workflowId, status: alert.status, outcome }, 'alert delivered');
    return { workflowId, outcome };
  }

  async function deliverResolved(resolved: QueuedAlert, route: Route): Promise<DeliveryOutcome> {
    // Remembered before it is under way: its firing alert may come and start the incident meanwhile.
    early.remember(route.workflowId, resolved.alert);
    secondLooks.forget(route.workflowId, resolved.alert);
    const outcome = await queueOf(route).add(resolved);
    if (reaches(outcome)) early.forget(route.workflowId, resolved.alert);
    return outcome;
  }

  async function deliverFiring(firing: QueuedAlert, route: Route): Promise<DeliveryOutcome> {
    const queue = queueOf(route);
    const resolved = early.find(route.workflowId, firing.alert);
    const [outcome] = await Promise.all([
      queue.add(firing),
      ...(resolved === undefined ? [] : [queue.add(queued(resolved, firing.deadline))]),
    ]);
    early.forget(route.workflowId, firing.alert);
    if (outcome === 'closedEpisode') secondLooks.expect(route.workflowId, firing.alert);
    else secondLooks.forget(route.workflowId, firing.alert);
    return outcome;
  }

  /** Not by way of `bring`: what is closed by then was looked at meanwhile, and is not waited for anew. */
  async function lookAgain(copy: Alert): Promise<void> {
    const route = routeAlert(copy, table);
    const alert = { ...copy, receivedAt: new Date(now()).toISOString() };
    try {
      const outcome = await queueOf(route).add(queued(alert, Date.now() + options.timeoutMs));
      logger.info({ incident: route.workflowId, outcome }, 'alert of a closed episode still fires: looked at again');
    } catch (err) {
      logger.warn({ err, incident: route.workflowId }, 'an alert of a closed episode could not be looked at again');
    }
  }

  function queueOf(route: Route): IncidentQueue {
    const { workflowId } = route;
    const known = queues.get(workflowId);
    if (known !== undefined) return known;
    const queue = new IncidentQueue({
      send: (list) => send(list, route),
      waitMs: () => pace.waitMs(workflowId),
      onIdle: () => queues.delete(workflowId),
    });
    queues.set(workflowId, queue);
    return queue;
  }

  /** Calls to Temporal may take as long as the last sender waits for its answer. */
  async function send(list: QueuedAlert[], route: Route): Promise<DeliveryOutcome[]> {
    const timeoutMs = Math.max(...list.map(({ deadline }) => deadline)) - Date.now();
    const alerts = list.map(({ alert }) => alert);
    const outcomes = await withinDeadline(client.connection, timeoutMs, () => deliverList(runs, alerts, route));
    if (outcomes.includes('started')) pace.forget(route.workflowId);
    if (outcomes.some(reaches)) pace.told(route.workflowId);
    return outcomes;
  }
}

function queued(alert: Alert, deadline: number): QueuedAlert {
  return { alert, deadline, bytes: Buffer.byteLength(JSON.stringify(alert)) };
}

function keyOf(route: Route, alert: Alert): string {
  return JSON.stringify([route.workflowId, alert.fingerprint, startAsWritten(alert), alert.status]);
}
