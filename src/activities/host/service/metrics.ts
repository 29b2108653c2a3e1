import type { MetricsState } from '../../../shared/observations/probes';
import { probeMetrics } from '../../../host/probes/metrics';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';

export interface MetricsActivities {
  /** What the alerts are made of: whether Prometheus can read `/metrics`. Never throws for "it cannot". */
  observeMetrics(): Promise<MetricsState>;
}

/** `/metrics`, asked as Prometheus asks. */
export function createMetricsActivities({ settings, redact }: HostDeps): MetricsActivities {
  const { baseUrl, probes } = settings.kingfisher;
  return {
    observeMetrics: asActivity(
      redact,
      async ({ signal }) => await probeMetrics(baseUrl, { redact, signal }, probes?.metrics),
    ),
  };
}
