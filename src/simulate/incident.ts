import { routeAlert } from '../alerts/routing';
import type { Route, RoutingTable } from '../alerts/routing';
import type { Alert } from '../shared/alert';
import { ScenarioError } from './script/scenario';

/** The incident that a message would start. */
export interface SimulatedIncident {
  route: Route;
  /** Its alerts, of which the first decided. */
  alerts: [Alert, ...Alert[]];
  /** What else the reader should know of how it came to this. */
  notes: string[];
}

const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Routes the alerts as intake does. Throws `ScenarioError` for a host that is not in the configuration. */
export function incidentOf([first, ...others]: [Alert, ...Alert[]], configured: RoutingTable): SimulatedIncident {
  const { table, notes } = withSomeHost(first, configured);
  const route = routeAlert(first, table);
  if (route.host === null && Object.hasOwn(table.routes, first.alertname)) {
    const known = Object.keys(table.hosts).join(', ');
    throw new ScenarioError(
      `${first.alertname}: ${route.note} (known: ${known}); ` +
        'add it under hosts.<name>.instances of the configuration, or correct the label of the alert',
    );
  }
  const same = others.filter((alert) => routeAlert(alert, table).workflowId === route.workflowId);
  const left = others.length - same.length;
  return {
    route,
    alerts: [first, ...same],
    notes: [
      ...notes,
      ...(route.note === undefined ? [] : [`unknownAlert, because of this: ${route.note}`]),
      ...(left === 0 ? [] : [`${left} more of the message left out: they belong to other incidents`]),
    ],
  };
}

/** The configuration as delivered names no host, and a simulation should not need one. */
function withSomeHost({ labels }: Alert, table: RoutingTable): { table: RoutingTable; notes: string[] } {
  if (Object.keys(table.hosts).length > 0) return { table, notes: [] };
  const named = (labels['instance'] ?? '').replace(/:\d+$/, '');
  const host = HOST_NAME.test(named) ? named : 'h1';
  return {
    table: { ...table, hosts: { [host]: { instances: [], services: [] } } },
    notes: [`the configuration has nothing under hosts: taken as if it were ${host}`],
  };
}
