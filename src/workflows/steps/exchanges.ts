import type { ExchangeState } from '../../shared/observations/probes';
import { formatDuration } from '../../shared/text/durations';
import type { Incident } from '../incident/incident';
import type { HostSteps, StepReport } from '../runbook/host-steps';

/** What it lacks, or could not be asked for, is a finding. Gives those that it said it lacks. */
export async function verifyExchanges(steps: HostSteps, incident: Incident, cite = 'H.7'): Promise<string[]> {
  const state = await steps.observe(
    { cite, title: 'RabbitMQ has its exchanges' },
    (host) => host.observeExchanges(),
    describeExchanges,
  );
  if (state !== undefined && state.missing.length > 0) {
    incident.addFinding('ExchangesMissing', cite, state.missing.join(', '));
  }
  return state?.endpoint.answer === 'ok' ? state.missing : [];
}

export function describeExchanges(state: ExchangeState): StepReport {
  if (state.endpoint.answer !== 'ok')
    return { status: 'notSo', detail: `${state.endpoint.answer}: ${state.endpoint.detail}` };
  if (state.missing.length > 0) return { status: 'notSo', detail: `missing: ${state.missing.join(', ')}` };
  const all = state.expected.length === 0 ? 'none expected' : state.expected.join(', ');
  return `${all} (${formatDuration(state.endpoint.latencyMs)})`;
}
