import type { MetricsFormat, MetricsState } from '../../shared/observations/probes';
import type { AskedSettings } from '../agent-settings';
import type { ProbeOptions } from './answers';
import { probeEndpoint } from './endpoint';
import type { HttpAnswer, HttpProbeOptions } from './http';
import { PLAIN_PROBES } from './kingfisher';

const WORDS_CHARACTERS = 200;
const ACCEPT = 'application/openmetrics-text;version=1.0.0;q=0.5, text/plain;version=0.0.4;q=0.3, */*;q=0.1';

/** Whether Prometheus can read it is what it is judged by. */
const ANY_2XX = { statuses: null, field: null };

/** `name{labels} value timestamp`, with what OpenMetrics may add after it. */
const SAMPLE =
  /^[a-zA-Z_:][\w:]*(?:\s*\{.*\})?\s+[+-]?(?:NaN|Inf|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?:\s+-?[\d.]+)?(?: # .*)?$/i;

/** Asks for `/metrics` once, or what stands for it, and says whether Prometheus could read the answer. */
export async function probeMetrics(
  baseUrl: string,
  options: ProbeOptions,
  settings: AskedSettings = PLAIN_PROBES.metrics,
): Promise<MetricsState> {
  const { endpoint, body, contentType } = await fetchMetrics(baseUrl, settings, options);
  const { format, samples } = endpoint.status === null ? { format: null, samples: 0 } : readMetrics(body);
  const readable = endpoint.answer !== 'ok' || format === 'prometheus';
  const detail = endpoint.answer === 'ok' && readable ? '' : options.redact(endpoint.detail, WORDS_CHARACTERS);
  return {
    path: settings.path,
    endpoint: { ...endpoint, answer: readable ? endpoint.answer : 'malformed', detail },
    contentType: contentType === null ? null : options.redact(contentType, WORDS_CHARACTERS),
    format,
    samples,
    observedAt: new Date().toISOString(),
  };
}

/** `/metrics` as Prometheus asks for it. */
export async function fetchMetrics(
  baseUrl: string,
  settings: AskedSettings,
  options: HttpProbeOptions,
): Promise<HttpAnswer> {
  return await probeEndpoint(baseUrl, { ...settings, ...ANY_2XX }, { ...options, headers: { Accept: ACCEPT } });
}

/** What the start of a body is. Its last line may be cut: it does not count where there are others. */
export function readMetrics(body: string): { format: MetricsFormat; samples: number } {
  const text = body.trim();
  if (text === '') return { format: 'empty', samples: 0 };
  if (/^[[{"]/.test(text)) return { format: 'json', samples: 0 };
  if (/^</.test(text)) return { format: 'html', samples: 0 };
  const all = body.split('\n');
  const lines = (all.length > 1 ? all.slice(0, -1) : all).map((line) => line.trim());
  const said = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const samples = said.filter((line) => SAMPLE.test(line)).length;
  return said.length > 0 && samples === said.length ? { format: 'prometheus', samples } : { format: 'other', samples };
}
