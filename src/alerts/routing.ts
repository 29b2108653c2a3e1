import type { Alert } from '../shared/alert';
import type { RunbookName } from '../shared/incident';
import { incidentWorkflowId } from './incident-id';

/** `hosts:` and `routes:` of halcyon.yaml. */
export interface RoutingTable {
  hosts: Record<string, { instances: string[]; services: string[] }>;
  routes: Record<string, RunbookName>;
}

/** Which incident an alert belongs to. */
export interface Route {
  runbook: RunbookName;
  /** Null only with `unknownAlert`. */
  host: string | null;
  workflowId: string;
  /** Why it is `unknownAlert`, in words. */
  note?: string;
}

/** Maps an alert to its runbook and host. Whatever cannot be mapped goes to `unknownAlert`: nothing is dropped. */
export function routeAlert(alert: Alert, table: RoutingTable): Route {
  const found = findHost(alert, table.hosts);
  if (alert.alertname === '') return unknown(alert, found.host, 'the alert has no label alertname');
  const runbook = Object.hasOwn(table.routes, alert.alertname) ? table.routes[alert.alertname] : undefined;
  if (runbook === undefined) return unknown(alert, found.host, 'no runbook under routes: for this alert');
  if (runbook === 'unknownAlert') return unknown(alert, found.host, 'routes: maps this alert to unknownAlert');
  if (found.host === null) return unknown(alert, null, found.note);
  return { runbook, host: found.host, workflowId: incidentWorkflowId(alert.alertname, found.host) };
}

function unknown(alert: Alert, host: string | null, note: string): Route {
  const workflowId = incidentWorkflowId(alert.alertname || 'unknownAlert', host ?? 'unknown');
  return { runbook: 'unknownAlert', host, workflowId, note };
}

type FoundHost = { host: string; note: '' } | { host: null; note: string };

/** By `instance`, else by `service`, else the only host. Two that fit are as good as none. */
function findHost(alert: Alert, hosts: RoutingTable['hosts']): FoundHost {
  const { instance, service } = alert.labels;
  const names = Object.keys(hosts);
  const byInstance = names.filter(
    (name) => instance !== undefined && hasInstance(name, hosts[name]!.instances, instance),
  );
  const byService = names.filter((name) => service !== undefined && hosts[name]!.services.includes(service));
  for (const candidates of [byInstance, byService]) {
    if (candidates.length === 1) return { host: candidates[0]!, note: '' };
    if (candidates.length > 1) return { host: null, note: `more than one host fits: ${candidates.join(', ')}` };
  }
  if (names.length === 1) return { host: names[0]!, note: '' };
  return { host: null, note: `no host under hosts: for instance "${instance ?? ''}", service "${service ?? ''}"` };
}

function hasInstance(name: string, instances: string[], instance: string): boolean {
  const bare = instance.replace(/:\d+$/, '');
  return [name, ...instances].some((known) => known === instance || known === bare);
}
