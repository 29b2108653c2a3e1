import type { BrokerAlarms } from '../../../shared/observations/events/broker';
import { notConfigured } from '../../../host/services/service-managers';
import { observeBrokerAlarms } from '../../../host/stores/rabbitmq-alarms';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';

export interface BrokerActivities {
  /** F.1: the alarms by which RabbitMQ blocks publishers, by its management. */
  observeBrokerAlarms(): Promise<BrokerAlarms>;
}

/** F: why nothing gets into a RabbitMQ that runs. */
export function createBrokerActivities({ settings, redact }: HostDeps): BrokerActivities {
  return {
    observeBrokerAlarms: asActivity(redact, async ({ signal }) => {
      const { rabbitmq } = settings.dependencies;
      if (rabbitmq === undefined) throw notConfigured('dependencies.rabbitmq');
      const { managementUrl } = rabbitmq;
      if (managementUrl === undefined) throw notConfigured('dependencies.rabbitmq.managementUrl');
      return await observeBrokerAlarms(managementUrl, { redact, signal });
    }),
  };
}
