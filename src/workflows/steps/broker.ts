import type { BrokerAlarm, BrokerAlarms } from '../../shared/observations/events/broker';
import type { DependencyState } from '../../shared/observations/probes';
import type { Incident } from '../incident/incident';
import type { HostSteps, StepReport } from '../runbook/host-steps';
import { size } from '../../shared/text/sizes';

/** Steps on RabbitMQ beside its own conversation: the alarms by which it blocks publishers. */

/** By which alarm RabbitMQ blocks publishers, as exactly as it says: a restart would not end it. */
export async function noteAlarms(
  cite: string,
  steps: HostSteps,
  incident: Incident,
  rabbitmq: DependencyState,
): Promise<string> {
  const seen = await steps.observe(
    { cite, title: 'Alarms of RabbitMQ' },
    (host) => host.observeBrokerAlarms(),
    describeAlarms,
  );
  // The management is some seconds behind what RabbitMQ tells a publisher: it counts where both speak of the same alarm.
  const said = rabbitmq.why.replace(/^.*blocks publishers: /, '');
  const alarms = (seen?.alarms ?? []).filter(({ kind }) => said.includes(kind));
  const told = alarms.length === 0 ? said : alarms.map(describeAlarm).join('; ');
  incident.withdraw(({ name, detail }) => name === 'PublishersBlocked' && detail !== told);
  incident.addFinding('PublishersBlocked', cite, told);
  return told;
}

function describeAlarms({ endpoint, alarms }: BrokerAlarms): StepReport {
  if (endpoint.answer !== 'ok') return { status: 'notSo', detail: `${endpoint.answer}: ${endpoint.detail}` };
  if (alarms.length > 0) return { status: 'notSo', detail: alarms.map(describeAlarm).join('; ') };
  return 'its management, which is some seconds behind, knows of none';
}

/** `disk alarm on rabbit@h1: 40.0 MiB free, at least 50.0 MiB needed` */
function describeAlarm({ kind, node, now, limit }: BrokerAlarm): string {
  const known = (bytes: number | null) => (bytes === null ? 'an unknown size' : size(bytes));
  return kind === 'disk'
    ? `disk alarm on ${node}: ${known(now)} free, at least ${known(limit)} needed`
    : `memory alarm on ${node}: ${known(now)} in use, at most ${known(limit)} allowed`;
}
