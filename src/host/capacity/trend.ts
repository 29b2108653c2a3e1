import type { CapacityTrend } from '../../shared/observations/reviews/capacity';
import type { PrometheusSettings } from '../agent-settings';
import type { ProbeOptions } from '../probes/answers';
import { askPrometheusRange } from '../series/prometheus-range';

/** How a value was over time, where a Prometheus is configured and the site says by which query. */
export async function trendBy(
  prometheus: PrometheusSettings | null,
  { query, key, overMs }: { query: string | null | undefined; key: string; overMs: number },
  options: ProbeOptions,
): Promise<CapacityTrend> {
  if (prometheus === null) return noTrend('no Prometheus is configured');
  if (query === null || query === undefined) return noTrend(`agent.maintenance.capacity.trends.${key} is not set`);
  const { points, why } = await askPrometheusRange(prometheus, { query, overMs }, options);
  return why === '' ? { points, source: 'prometheus', why: '' } : noTrend(why);
}

export function noTrend(why: string): CapacityTrend {
  return { points: [], source: 'none', why };
}
