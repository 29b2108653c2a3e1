import type { LatencyHistory } from '../../shared/observations/monitoring';
import type { AgentSettings, PrometheusSettings } from '../agent-settings';
import type { ProbeOptions } from '../probes/answers';
import { queryOf } from './prometheus';
import { queryRange } from './prometheus-api';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const WEEKS = 4;

type Settings = { kingfisher: Pick<AgentSettings['kingfisher'], 'metrics'> };

/**
 * The P95 of the analysis time of the last four weeks, by week and by day.
 *
 * @throws HostError `ObservationFailed` where Prometheus does not say
 */
export async function readLatencyHistory(
  { kingfisher }: Settings,
  prometheus: PrometheusSettings,
  now: number,
  options: ProbeOptions,
): Promise<LatencyHistory> {
  const name = kingfisher.metrics.analysisDuration;
  const over = async (windowMs: number) => {
    const query = queryOf(
      name,
      prometheus.match,
      { metric: 'analysisDuration', by: [], kind: 'quantile', quantile: 0.95, windowMs },
      windowMs,
    );
    const from = now - WEEKS * WEEK_MS + windowMs;
    return await queryRange(prometheus, { query, stepMs: windowMs, from, to: now }, options);
  };
  return { name, weeks: await over(WEEK_MS), days: await over(DAY_MS) };
}
