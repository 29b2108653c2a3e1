import type { MetricsState } from '../../../shared/observations/probes';
import type { HostSteps, StepReport } from '../../runbook/host-steps';
import { endpointLine } from './health';

/** What the alerts are made of: a service that is well and cannot be scraped fires all the same. */
export function observeMetrics(cite: string, steps: HostSteps): Promise<MetricsState | undefined> {
  return steps.observe({ cite, title: 'What /metrics answers' }, (host) => host.observeMetrics(), describeMetrics);
}

/** Why Prometheus may see it otherwise. */
export async function whyPrometheusDiffers(steps: HostSteps, cite = 'A.diagnosis'): Promise<string> {
  const metrics = await observeMetrics(cite, steps);
  if (metrics === undefined)
    return 'what /metrics answers is not known: look at scraping and at the network in between';
  const told = describeMetrics(metrics);
  const seen = typeof told === 'string' ? told : told.detail;
  return `${seen}: look at scraping and at the network in between`;
}

/** `/metrics answers 200 with application/json, which Prometheus cannot read: {"status":"ok"}` */
export function describeMetrics({ path, endpoint, contentType, format, samples }: MetricsState): StepReport {
  if (endpoint.answer === 'ok') return `${path} answers ${endpoint.status} with ${samples} samples`;
  const said = endpoint.detail === '' ? '' : `: ${endpoint.detail}`;
  if (endpoint.answer !== 'malformed' || endpoint.status === null) {
    return { status: 'notSo', detail: `${path} answers ${endpointLine(endpoint)}${said}` };
  }
  const what = format === 'empty' ? 'nothing' : (contentType ?? 'no content type');
  return {
    status: 'notSo',
    detail: `${path} answers ${endpoint.status} with ${what}, which Prometheus cannot read${said}`,
  };
}
