import { readMetricCatalogue } from '../../../host/maintenance/metric-catalogue';
import { readLatencyHistory } from '../../../host/series/latency-history';
import { notConfigured } from '../../../host/services/service-managers';
import type { LatencyHistory, MetricCatalogue } from '../../../shared/observations/monitoring';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';

export interface MonitoringActivities {
  /** G.6: which of these metrics exist, what KingFisher exposes, and which rules of Prometheus ask for what is not there. */
  observeMetricCatalogue(input: { asked: string[] }): Promise<MetricCatalogue>;
  /** G.10: the P95 of four weeks, by Prometheus. */
  observeLatencyHistory(): Promise<LatencyHistory>;
}

/** G, monthly: what monitoring knows of this host. */
export function createMonitoringActivities({ settings, redact }: HostDeps): MonitoringActivities {
  return {
    observeMetricCatalogue: asActivity(
      redact,
      async ({ signal }, { asked }) => await readMetricCatalogue(settings, asked, { redact, signal }),
    ),
    observeLatencyHistory: asActivity(redact, async ({ signal }) => {
      const { prometheus } = settings;
      if (prometheus === null) throw notConfigured('prometheus');
      return await readLatencyHistory(settings, prometheus, Date.now(), { redact, signal });
    }),
  };
}
