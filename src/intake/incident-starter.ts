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
export class AlertDispatcher implements IncidentStarter {
  private readonly now: () => number;
  private readonly runs: IncidentRuns;
  private readonly recent: RecentDeliveries;
  private readonly secondLooks = new SecondLooks((alert) => void this.lookAgain(alert));
  private readonly early = new EarlyResolutions();
  private readonly pace = new Pace();
  private readonly queues = new Map<string, IncidentQueue>();
  private heldBytes = 0;

  constructor(private readonly options: IncidentStarterOptions) {
    this.now = options.now ?? Date.now;
    this.runs = new IncidentRuns(options);
    this.recent = new RecentDeliveries(this.now);
  }

  async deliver(alerts: Alert[]): Promise<Delivery[]> {
    const deadline = Date.now() + this.options.timeoutMs;
    const routed = alerts.map((alert, index) => ({
      ...queued(alert, deadline),
      route: routeAlert(alert, this.options.table),
      index,
    }));
    const bytes = routed.reduce((sum, one) => sum + one.bytes, 0);
    if (this.heldBytes > 0 && this.heldBytes + bytes > MAX_HELD_BYTES) {
      throw new TemporalUnavailable({ cause: `${this.heldBytes} bytes of alerts wait for it already` });
    }
    this.heldBytes += bytes;
    try {
      return await settledBy(deadline, this.bringAll(routed));
    } finally {
      this.heldBytes -= bytes;
    }
  }

  private async bringAll(routed: Routed[]): Promise<Delivery[]> {
    const byIncident = new Map<string, Routed[]>();
    for (const one of routed) {
      const group = byIncident.get(one.route.workflowId);
      if (group === undefined) byIncident.set(one.route.workflowId, [one]);
      else group.push(one);
    }
    const deliveries: Delivery[] = [];
    await forEachLimited(byIncident.values(), MAX_INCIDENTS_AT_ONCE, async (group) => {
      // All of them are queued before the first is under way: they go together, in their order.
      await Promise.all(group.map(async (one) => (deliveries[one.index] = await this.bring(one))));
    });
    return deliveries;
  }

  private async bring({ route, ...one }: Routed): Promise<Delivery> {
    const { workflowId } = route;
    const { alert } = one;
    const isFiring = alert.status === 'firing';
    const outcome = await this.recent.share(keyOf(route, alert), () =>
      isFiring ? this.deliverFiring(one, route) : this.deliverResolved(one, route),
    );
    this.options.logger.info({ incident: workflowId, status: alert.status, outcome }, 'alert delivered');
    return { workflowId, outcome };
  }

  private async deliverResolved(resolved: QueuedAlert, route: Route): Promise<DeliveryOutcome> {
    // Remembered before it is under way: its firing alert may come and start the incident meanwhile.
    this.early.remember(route.workflowId, resolved.alert);
    this.secondLooks.forget(route.workflowId, resolved.alert);
    const outcome = await this.queueOf(route).add(resolved);
    if (reaches(outcome)) this.early.forget(route.workflowId, resolved.alert);
    return outcome;
  }

  private async deliverFiring(firing: QueuedAlert, route: Route): Promise<DeliveryOutcome> {
    const queue = this.queueOf(route);
    const resolved = this.early.find(route.workflowId, firing.alert);
    const [outcome] = await Promise.all([
      queue.add(firing),
      ...(resolved === undefined ? [] : [queue.add(queued(resolved, firing.deadline))]),
    ]);
    this.early.forget(route.workflowId, firing.alert);
    if (outcome === 'closedEpisode') this.secondLooks.expect(route.workflowId, firing.alert);
    else this.secondLooks.forget(route.workflowId, firing.alert);
    return outcome;
  }

  /** Not by way of `bring`: what is closed by then was looked at meanwhile, and is not waited for anew. */
  private async lookAgain(copy: Alert): Promise<void> {
    const route = routeAlert(copy, this.options.table);
    const alert = { ...copy, receivedAt: new Date(this.now()).toISOString() };
    try {
      const outcome = await this.queueOf(route).add(queued(alert, Date.now() + this.options.timeoutMs));
      this.options.logger.info(
        { incident: route.workflowId, outcome },
        'alert of a closed episode still fires: looked at again',
      );
    } catch (err) {
      this.options.logger.warn(
        { err, incident: route.workflowId },
        'an alert of a closed episode could not be looked at again',
      );
    }
  }

  private queueOf(route: Route): IncidentQueue {
    const { workflowId } = route;
    const known = this.queues.get(workflowId);
    if (known !== undefined) return known;
    const queue = new IncidentQueue({
      send: (list) => this.send(list, route),
      waitMs: () => this.pace.waitMs(workflowId),
      onIdle: () => this.queues.delete(workflowId),
    });
    this.queues.set(workflowId, queue);
    return queue;
  }

  /** Calls to Temporal may take as long as the last sender waits for its answer. */
  private async send(list: QueuedAlert[], route: Route): Promise<DeliveryOutcome[]> {
    const timeoutMs = Math.max(...list.map(({ deadline }) => deadline)) - Date.now();
    const alerts = list.map(({ alert }) => alert);
    const outcomes = await withinDeadline(this.options.client.connection, timeoutMs, () =>
      deliverList(this.runs, alerts, route),
    );
    if (outcomes.includes('started')) this.pace.forget(route.workflowId);
    if (outcomes.some(reaches)) this.pace.told(route.workflowId);
    return outcomes;
  }
}

function queued(alert: Alert, deadline: number): QueuedAlert {
  return { alert, deadline, bytes: Buffer.byteLength(JSON.stringify(alert)) };
}

function keyOf(route: Route, alert: Alert): string {
  return JSON.stringify([route.workflowId, alert.fingerprint, startAsWritten(alert), alert.status]);
}
