import type { EndpointState } from '../../shared/observations/probes';
import { SERIES_LIMIT } from '../../shared/observations/series';
import type { Series, SeriesRequest, SeriesState } from '../../shared/observations/series';
import type { AgentSettings } from '../agent-settings';
import type { ProbeOptions } from '../probes/answers';
import { fetchMetrics } from '../probes/metrics';
import { sleep } from '../sleep';
import { askPrometheus } from './prometheus';
import { seriesOf } from './readings';
import { readExposition } from './samples';
import type { Exposition } from './samples';

const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
/** @default 8000: two readings are one step of fifteen seconds, with their time-outs. */
const BETWEEN_MS = 8_000;

type Settings = Pick<AgentSettings, 'prometheus'> & {
  kingfisher: Pick<AgentSettings['kingfisher'], 'baseUrl' | 'probes' | 'metrics'>;
};

/**
 * What one metric says: by Prometheus where one is configured and answers, over the whole window; else by two readings of
 * the service's own `/metrics`. Never throws for "it does not say".
 */
export async function observeSeries(
  settings: Settings,
  request: SeriesRequest,
  options: ProbeOptions & { betweenMs?: number },
): Promise<SeriesState> {
  const name = settings.kingfisher.metrics[request.metric];
  const { prometheus } = settings;
  if (prometheus === null) return await byReadings(settings, name, request, options);
  const { endpoint, series, windowMs } = await askPrometheus(prometheus, name, request, options);
  // It keeps no series of what never happened: whether that is exposed at all, only the service says.
  if (endpoint.answer === 'ok' && series.length > 0) {
    return { ...stateOf(name, 'prometheus', series), windowMs };
  }
  const own = await byReadings(settings, name, request, options);
  if (endpoint.answer === 'ok' && own.answer === 'ok') return { ...stateOf(name, 'prometheus', []), windowMs };
  const why = endpoint.answer === 'ok' ? 'Prometheus has no such series' : `Prometheus: ${wordsOf(endpoint)}`;
  return { ...own, detail: own.detail === '' ? why : `${why}; ${own.detail}` };
}

async function byReadings(
  settings: Settings,
  name: string,
  request: SeriesRequest,
  options: ProbeOptions & { betweenMs?: number },
): Promise<SeriesState> {
  const begun = performance.now();
  const first = request.kind === 'now' ? undefined : await read(settings, options);
  if (first !== undefined && first.exposition === undefined) return unknown(name, first.endpoint);
  if (first !== undefined) await sleep(options.betweenMs ?? BETWEEN_MS, options.signal);
  const windowMs = first === undefined ? 0 : Math.round(performance.now() - begun);
  const { endpoint, exposition } = await read(settings, options);
  if (exposition === undefined) return unknown(name, endpoint);
  const series = seriesOf(name, request, { first: first?.exposition ?? null, second: exposition });
  if (series !== undefined) return { ...stateOf(name, 'metrics', series), windowMs };
  return { ...stateOf(name, 'metrics', []), answer: 'absent', detail: `/metrics exposes no ${name}` };
}

async function read(
  { kingfisher: { baseUrl, probes } }: Settings,
  options: ProbeOptions,
): Promise<{ endpoint: EndpointState; exposition?: Exposition | undefined }> {
  const { endpoint, body } = await fetchMetrics(baseUrl, probes.metrics, {
    ...options,
    bodyLimitBytes: BODY_LIMIT_BYTES,
  });
  if (endpoint.answer !== 'ok') return { endpoint };
  const exposition = body.length < BODY_LIMIT_BYTES ? readExposition(body) : undefined;
  if (exposition !== undefined) return { endpoint, exposition };
  const detail = options.redact(`${probes.metrics.path} cannot be read as metrics: ${body}`, 200);
  return { endpoint: { ...endpoint, answer: 'malformed', detail } };
}

function stateOf(name: string, source: SeriesState['source'], all: Series[]): SeriesState {
  const series = [...all].sort((a, b) => b.value - a.value);
  return {
    name,
    answer: 'ok',
    source,
    windowMs: 0,
    series: series.slice(0, SERIES_LIMIT).map(({ labels, value }) => ({ labels: bounded(labels), value })),
    dropped: Math.max(0, series.length - SERIES_LIMIT),
    detail: '',
    observedAt: new Date().toISOString(),
  };
}

const LABEL_CHARACTERS = 100;

/** Anybody who can make a series can make a long one. */
function bounded(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, value.slice(0, LABEL_CHARACTERS)]));
}

function unknown(name: string, endpoint: EndpointState): SeriesState {
  return { ...stateOf(name, 'metrics', []), answer: endpoint.answer, detail: wordsOf(endpoint) };
}

function wordsOf({ answer, status, detail }: EndpointState): string {
  return [status ?? answer, detail]
    .filter((part) => part !== '')
    .join(', ')
    .slice(0, 300);
}
