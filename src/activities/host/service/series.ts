import type { SeriesRequest, SeriesState } from '../../../shared/observations/series';
import { observeSeries } from '../../../host/series/observe-series';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';

export interface SeriesActivities {
  /** What one metric says: by how much it rose, what it is, a quantile. Never throws for "it does not say". */
  observeSeries(request: SeriesRequest): Promise<SeriesState>;
}

/** Rates and quantiles, by Prometheus or by the service's own `/metrics`. */
export function createSeriesActivities({ settings, redact }: HostDeps): SeriesActivities {
  return {
    observeSeries: asActivity(
      redact,
      async ({ signal }, request: SeriesRequest) => await observeSeries(settings, request, { redact, signal }),
    ),
  };
}
