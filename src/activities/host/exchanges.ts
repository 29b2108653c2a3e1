import { observeExchanges } from '../../host/exchanges';
import { notConfigured } from '../../host/service-managers';
import type { HostDeps } from './dependencies';
import type { RecoveryActivities } from './recovery-types';
import { asActivity } from './run';

/** H.6: what KingFisher publishes to. */
export function createExchangeActivities({ settings, redact }: HostDeps): Pick<RecoveryActivities, 'observeExchanges'> {
  return {
    observeExchanges: asActivity(redact, async ({ signal }) => {
      const { recovery, dependencies } = settings;
      if (recovery === undefined || recovery === null) throw notConfigured('recovery');
      if (dependencies.rabbitmq === undefined) throw notConfigured('rabbitmq');
      return await observeExchanges(dependencies.rabbitmq.url, recovery.exchanges, { redact, signal });
    }),
  };
}
