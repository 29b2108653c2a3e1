import type { PrometheusSettings } from '../agent-settings';
import type { ProbeOptions } from '../probes/answers';
import { matrix, readPrometheus } from './prometheus-api';

const BODY_LIMIT_BYTES = 1024 * 1024;
/** As many points as a chart shows. */
const POINTS = 100;
const SHORTEST_STEP_S = 60;

export interface RangeReading {
  /** Epoch milliseconds and value, oldest first. */
  points: [at: number, value: number][];
  /** Why there are none; empty where there are. */
  why: string;
}

/** One series over time, by a site's own query. Never throws for "it does not say". */
export async function askPrometheusRange(
  of: PrometheusSettings,
  { query, overMs }: { query: string; overMs: number },
  options: ProbeOptions,
): Promise<RangeReading> {
  const end = Math.floor(Date.now() / 1_000);
  const step = Math.max(SHORTEST_STEP_S, Math.ceil(overMs / 1_000 / POINTS));
  const start = end - Math.round(overMs / 1_000);
  const words = new URLSearchParams({ query, start: String(start), end: String(end), step: String(step) });
  const within = { ...options, bodyLimitBytes: BODY_LIMIT_BYTES };
  const answer = await readPrometheus(of, `query_range?${words}`, matrix, within);
  if ('refused' in answer) return none(`Prometheus: ${answer.refused}`);
  if ('unlike' in answer) return none('Prometheus answered no matrix');
  const { result } = answer.data;
  if (result.length === 0) return none('Prometheus has no such series');
  if (result.length > 1)
    return none(`Prometheus has ${result.length} such series; the query has to name one, or add them up`);
  const points = result[0]!.values.map(([at, value]): [number, number] => [at * 1_000, Number(value)]);
  return { points: points.filter(([, value]) => Number.isFinite(value)), why: '' };

  function none(why: string): RangeReading {
    return { points: [], why: options.redact(why, 300) };
  }
}
