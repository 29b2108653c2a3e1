import type { ExchangeState } from '../../../shared/observations/probes';
import { observeExchanges } from '../../../host/stores/exchanges';
import { notConfigured } from '../../../host/services/service-managers';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';

export interface ExchangeActivities {
  /** H.6: RabbitMQ has the exchanges that KingFisher needs. */
  observeExchanges(): Promise<ExchangeState>;
}

/** H.6: what KingFisher publishes to. */
export function createExchangeActivities({ settings, redact }: HostDeps): ExchangeActivities {
  return {
    observeExchanges: asActivity(redact, async ({ signal }) => {
      const { rabbitmq } = settings.dependencies;
      if (rabbitmq === undefined) throw notConfigured('dependencies.rabbitmq');
      if (rabbitmq.exchanges === undefined) throw notConfigured('dependencies.rabbitmq.exchanges');
      return await observeExchanges(rabbitmq.url, rabbitmq.exchanges, { redact, signal });
    }),
  };
}
