import type { Config } from '../../config';
import type { Alert } from '../../shared/alert';
import { RUNBOOKS } from '../../shared/runbooks';
import { parseAlertFile } from '../script/alert-file';
import { ScenarioError } from '../script/scenario';
import type { KnownCause } from './cause';

/**
 * The alert by which this configuration would hear of the cause, on its first host.
 *
 * Throws `ScenarioError` where no alert is mapped to the runbook.
 *
 * @param at ISO 8601
 */
export function alertOf({ runbook, severity }: KnownCause, { routes, hosts }: Config, at: string): [Alert, ...Alert[]] {
  const alertname = Object.keys(routes).find((name) => routes[name] === runbook);
  if (alertname === undefined) {
    throw new ScenarioError(`--cause: no alert starts ${runbook}: map one to it under routes: of the configuration`);
  }
  const [host = 'h1'] = Object.keys(hosts);
  const labels = { alertname, instance: `${host}:8201`, severity };
  const annotations = { summary: `${RUNBOOKS[runbook].title} on ${host}` };
  return parseAlertFile(JSON.stringify({ labels, annotations }), 'the alert of the cause', at);
}
