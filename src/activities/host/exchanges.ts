import { observeExchanges } from '../../host/exchanges';
import { notConfigured } from '../../host/service-managers';
import type { HostDeps } from './dependencies';
import type { RecoveryActivities } from './recovery-types';
import { asActivity } from './run';

/** H.6: what KingFisher publishes to. */
export function createExchangeActivities({ settings, redact }: HostDeps): Pick<RecoveryActivities, 'observeExchanges'> {
  return {
    observeExchanges: asActivity(redact, async ({ signal }) => {
      const { rabbitmq } = settings.dependencies;
      if (rabbitmq === undefined) throw notConfigured('dependencies.rabbitmq');
      if (rabbitmq.exchanges === undefined) throw notConfigured('dependencies.rabbitmq.exchanges');
      return await observeExchanges(rabbitmq.url, rabbitmq.exchanges, { redact, signal });
    }),
  };
}
