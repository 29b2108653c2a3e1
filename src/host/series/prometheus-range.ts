import { z } from 'zod';
import type { PrometheusSettings } from '../agent-settings';
import type { ProbeOptions } from '../probes/answers';
import { probeEndpoint } from '../probes/endpoint';

const BODY_LIMIT_BYTES = 1024 * 1024;
/** As many points as a chart shows. */
const POINTS = 100;
const SHORTEST_STEP_S = 60;

const answer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })),
  }),
});

export interface RangeReading {
  /** Epoch milliseconds and value, oldest first. */
  points: [at: number, value: number][];
  /** Why there are none; empty where there are. */
  why: string;
}

/** One series over time, by a site's own query. Never throws for "it does not say". */
export async function askPrometheusRange(
  { url, match: _match, ...asked }: PrometheusSettings,
  { query, overMs }: { query: string; overMs: number },
  options: ProbeOptions,
): Promise<RangeReading> {
  const end = Math.floor(Date.now() / 1_000);
  const step = Math.max(SHORTEST_STEP_S, Math.ceil(overMs / 1_000 / POINTS));
  const start = end - Math.round(overMs / 1_000);
  const words = new URLSearchParams({ query, start: String(start), end: String(end), step: String(step) });
  const settings = { ...asked, path: `/api/v1/query_range?${words}`, statuses: null, field: null };
  const { endpoint, body } = await probeEndpoint(url, settings, { ...options, bodyLimitBytes: BODY_LIMIT_BYTES });
  if (endpoint.answer !== 'ok')
    return none(`Prometheus: ${[endpoint.status ?? endpoint.answer, endpoint.detail].join(', ')}`);
  const read = answer.safeParse(parsed(body));
  if (!read.success) return none('Prometheus answered no matrix');
  const { result } = read.data.data;
  if (result.length === 0) return none('Prometheus has no such series');
  if (result.length > 1)
    return none(`Prometheus has ${result.length} such series; the query has to name one, or add them up`);
  const points = result[0]!.values.map(([at, value]): [number, number] => [at * 1_000, Number(value)]);
  return { points: points.filter(([, value]) => Number.isFinite(value)), why: '' };

  function none(why: string): RangeReading {
    return { points: [], why: options.redact(why, 300) };
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
