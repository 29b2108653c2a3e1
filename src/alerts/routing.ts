import type { Alert } from '../shared/alert';
import type { RunbookName } from '../shared/runbooks';
import { alertWorkflowId, incidentWorkflowId } from './incident-id';

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
  if (alert.malformed !== undefined) return malformed(alert, found.host);
  if (alert.alertname === '') return unknown(alert, found.host, 'the alert has no label alertname');
  const runbook = Object.hasOwn(table.routes, alert.alertname) ? table.routes[alert.alertname] : undefined;
  if (runbook === undefined) return unknown(alert, found.host, 'no runbook under routes: for this alert');
  if (runbook === 'unknownAlert') return unknown(alert, found.host, 'routes: maps this alert to unknownAlert');
  if (found.host === null) return unknown(alert, null, found.note);
  return { runbook, host: found.host, workflowId: alertWorkflowId(alert.alertname, found.host) };
}

function unknown({ alertname }: Alert, host: string | null, note: string, name = alertname): Route {
  const where = host ?? 'unknown';
  const workflowId = name === '' ? incidentWorkflowId('unknownAlert', where) : alertWorkflowId(name, where);
  return { runbook: 'unknownAlert', host, workflowId, note };
}

/** Under an id of its own: the runbook of a good alert of that name must not find `unknownAlert` in its place. */
function malformed(alert: Alert, host: string | null): Route {
  const note = `the alert is malformed: ${alert.malformed}`;
  return unknown(alert, host, note, `${alert.alertname || 'unknownAlert'}.malformed`);
}

type FoundHost = { host: string; note: '' } | { host: null; note: string };

/** By `instance`; only where there is none, by `service`, else the only host. Two that fit are as good as none. */
function findHost(alert: Alert, hosts: RoutingTable['hosts']): FoundHost {
  const { instance = '', service = '' } = alert.labels;
  const names = Object.keys(hosts);
  if (instance !== '') {
    const note = `no host under hosts: for instance "${instance}"`;
    return onlyOne(
      names.filter((name) => hasInstance(name, hosts[name]!.instances, instance)),
      note,
    );
  }
  const byService = names.filter((name) => service !== '' && hosts[name]!.services.includes(service));
  if (byService.length > 0) return onlyOne(byService, '');
  const mayBe = names.filter((name) => service === '' || hosts[name]!.services.length === 0);
  const note = `no host under hosts: for an alert without instance, service "${service}"`;
  return names.length === 1 ? onlyOne(mayBe, note) : { host: null, note };
}

function onlyOne(candidates: string[], note: string): FoundHost {
  const [host] = candidates;
  if (host === undefined) return { host: null, note };
  if (candidates.length > 1) return { host: null, note: `more than one host fits: ${candidates.join(', ')}` };
  return { host, note: '' };
}

function hasInstance(name: string, instances: string[], instance: string): boolean {
  const bare = instance.replace(/:\d+$/, '');
  return [name, ...instances].some((known) => known === instance || known === bare);
}
