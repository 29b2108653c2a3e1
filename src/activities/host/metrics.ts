import { probeMetrics } from '../../host/probes/metrics';
import type { HostDeps } from './core/deps';
import { asActivity } from './core/run';
import type { HostActivities } from './types';

/** `/metrics`, asked as Prometheus asks. */
export function createMetricsActivities({ settings, redact }: HostDeps): Pick<HostActivities, 'observeMetrics'> {
  const { baseUrl, probes } = settings.kingfisher;
  return {
    observeMetrics: asActivity(
      redact,
      async ({ signal }) => await probeMetrics(baseUrl, { redact, signal }, probes?.metrics),
    ),
  };
}
