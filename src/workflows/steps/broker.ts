import type { BrokerAlarm, BrokerAlarms, BrokerPath } from '../../shared/observations/broker';
import type { DependencyState } from '../../shared/observations/probes';
import type { Incident } from '../incident/incident';
import type { HostSteps, StepReport } from '../runbook/host-steps';
import { size } from '../support/size';

/** Steps on RabbitMQ beside its own conversation: the way to it, and the alarms by which it blocks publishers. */

/** `telnet localhost 5672`, `iptables -L`, with numeric ports. */
export async function observeBrokerPath(cite: string, steps: HostSteps): Promise<BrokerPath | undefined> {
  return await steps.observe(
    { cite, title: "The way to RabbitMQ's port" },
    (host) => host.observeBrokerPath(),
    describePath,
  );
}

/**
 * Why a RabbitMQ that runs cannot be reached, in words; undefined where that is not so. One that does not listen is not behind
 * a firewall but down. A rule for one user alone stops KingFisher, and not the agent.
 */
export function blockedPath(path: BrokerPath | undefined): string | undefined {
  if (path === undefined || path.isListening === false) return undefined;
  const rules = path.rules.filter(({ rule }) => !path.isReachable || /\bskuid\b|--uid-owner/.test(rule));
  if (rules.length === 0) return undefined;
  const how = path.isReachable ? 'a rule for some users alone' : `a connection ends with ${path.why}`;
  const listed = rules.map(({ chain, rule }) => `${chain}: ${rule}`).join(' ⏎ ');
  return `port ${path.port} of ${path.host}, ${how}; blocked by ${listed}`;
}

export function noteBlockedPath(incident: Incident, cite: string, path: BrokerPath | undefined): string | undefined {
  const blocked = blockedPath(path);
  incident.withdraw(({ name, detail }) => name === 'BrokerPortBlocked' && detail !== blocked);
  if (blocked !== undefined) incident.addFinding('BrokerPortBlocked', cite, blocked);
  return blocked;
}

function describePath({ host, port, isReachable, why, isListening, rules, rulesUnknown }: BrokerPath): StepReport {
  const listener = isListening === null ? '' : isListening ? '; somebody listens there' : '; nobody listens there';
  const named = rules.map(({ chain, rule }) => `${chain}: ${rule}`).join(' ⏎ ');
  const firewall = rules.length > 0 ? `; firewall: ${named}` : '; no rule of this firewall blocks it';
  const unknown =
    rulesUnknown === '' ? firewall : `${rules.length > 0 ? firewall : ''}; firewall unknown: ${rulesUnknown}`;
  const detail = `${host}:${port} ${isReachable ? 'takes connections' : `cannot be reached (${why})`}${listener}${unknown}`;
  return isReachable ? detail : { status: 'notSo', detail };
}

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
