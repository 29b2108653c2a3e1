import type { BrokerAlarms, BrokerPath } from '../../../shared/observations/broker';
import { notConfigured } from '../../../host/services/service-managers';
import { observeBrokerPath } from '../../../host/stores/broker-path';
import { observeBrokerAlarms } from '../../../host/stores/rabbitmq-alarms';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';

export interface BrokerActivities {
  /** F.1: the alarms by which RabbitMQ blocks publishers, by its management. */
  observeBrokerAlarms(): Promise<BrokerAlarms>;
  /** F.2: `telnet localhost 5672`, `iptables -L`, with numeric ports. Reads only. */
  observeBrokerPath(): Promise<BrokerPath>;
}

/** F: why nothing gets into a RabbitMQ that runs. */
export function createBrokerActivities({ settings, redact, run }: HostDeps): BrokerActivities {
  const rabbitmq = () => {
    if (settings.dependencies.rabbitmq === undefined) throw notConfigured('dependencies.rabbitmq');
    return settings.dependencies.rabbitmq;
  };
  return {
    observeBrokerAlarms: asActivity(redact, async ({ signal }) => {
      const { managementUrl } = rabbitmq();
      if (managementUrl === undefined) throw notConfigured('dependencies.rabbitmq.managementUrl');
      return await observeBrokerAlarms(managementUrl, { redact, signal });
    }),
    observeBrokerPath: asActivity(redact, async ({ signal }) => {
      const path = await observeBrokerPath(rabbitmq().url, run, signal);
      return { ...path, rules: path.rules.map(({ chain, rule }) => ({ chain, rule: redact(rule) })) };
    }),
  };
}
