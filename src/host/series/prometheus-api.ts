import { z } from 'zod';
import type { PrometheusSettings } from '../agent-settings';
import { HostError } from '../errors';
import type { ProbeOptions } from '../probes/answers';
import { probeEndpoint } from '../probes/endpoint';

const BODY_LIMIT_BYTES = 32 * 1024 * 1024;
const DETAIL_CHARACTERS = 200;
/** What looks through a whole month takes longer than a rate of minutes. */
const TIMEOUT_MS = 30_000;

/** A rule as Prometheus evaluates it. */
export interface PrometheusRule {
  name: string;
  query: string;
  /** Its series exist as soon as it has any. */
  isRecording: boolean;
}

/** A span of time, epoch milliseconds. */
export interface Span {
  from: number;
  to: number;
}

const names = z.array(z.string());
const rules = z.object({
  groups: z.array(
    z.object({ rules: z.array(z.object({ name: z.string(), query: z.string(), type: z.string().optional() })) }),
  ),
});
/** The answer of a range query. */
export const matrix = z.object({
  resultType: z.literal('matrix'),
  result: z.array(
    z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) }),
  ),
});

/** The names of all metrics that it had at any moment of a span. */
export async function metricNames(of: PrometheusSettings, { from, to }: Span, options: ProbeOptions) {
  const query = new URLSearchParams({ start: seconds(from), end: seconds(to) });
  return new Set(await ask(of, `label/__name__/values?${query}`, names, options));
}

/** Its alerts and recording rules. */
export async function prometheusRules(of: PrometheusSettings, options: ProbeOptions): Promise<PrometheusRule[]> {
  const { groups } = await ask(of, 'rules', rules, options);
  return groups.flatMap((group) =>
    group.rules.map(({ name, query, type }) => ({ name, query, isRecording: type === 'recording' })),
  );
}

/** A query at each step of a span: moments in epoch milliseconds, with the values that are numbers. All series are one. */
export async function queryRange(
  of: PrometheusSettings,
  { query, stepMs, from, to }: Span & { query: string; stepMs: number },
  options: ProbeOptions,
): Promise<[at: number, value: number][]> {
  const asked = new URLSearchParams({ query, start: seconds(from), end: seconds(to), step: seconds(stepMs) });
  const { result } = await ask(of, `query_range?${asked}`, matrix, options);
  const points = result.flatMap(({ values }) =>
    values.map(([at, value]): [number, number] => [Math.round(at * 1_000), Number(value)]),
  );
  return points.filter(([, value]) => Number.isFinite(value)).sort(([a], [b]) => a - b);
}

/** What it answered, or in words why it is no answer: `refused`, or `unlike` what was asked for. */
export type PrometheusAnswer<T> = { data: T } | { refused: string } | { unlike: string };

/** `what`: the path below `/api/v1/`, with its parameters. Nothing of it is redacted. */
export async function readPrometheus<T>(
  { url, match: _match, ...asked }: PrometheusSettings,
  what: string,
  shape: z.ZodType<T>,
  options: ProbeOptions,
): Promise<PrometheusAnswer<T>> {
  const settings = { ...asked, path: `/api/v1/${what}`, statuses: null, field: null };
  const { endpoint, body } = await probeEndpoint(url, settings, options);
  if (endpoint.answer !== 'ok') {
    return {
      refused: [endpoint.status ?? endpoint.answer, endpoint.detail].filter((part) => part !== '').join(', '),
    };
  }
  const read = z.object({ status: z.literal('success'), data: shape }).safeParse(parsed(body));
  return read.success ? { data: read.data.data as T } : { unlike: body };
}

/** @throws HostError `ObservationFailed` in words where it does not say */
async function ask<T>(of: PrometheusSettings, what: string, shape: z.ZodType<T>, options: ProbeOptions): Promise<T> {
  const within = { ...options, timeoutMs: TIMEOUT_MS, bodyLimitBytes: BODY_LIMIT_BYTES };
  const answer = await readPrometheus(of, what, shape, within);
  if ('data' in answer) return answer.data;
  const why = 'refused' in answer ? answer.refused : `it answers something else: ${answer.unlike}`;
  throw failed(options.redact(why, DETAIL_CHARACTERS));
}

function failed(why: string): HostError {
  return new HostError('ObservationFailed', `Prometheus: ${why}`);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function seconds(ms: number): string {
  return String(ms / 1_000);
}
