import type { OpenAiSettings } from '../agent-settings';
import type { OpenAiLook, OpenAiState } from '../../shared/observations/latency/latency';
import { probeHttp } from './http';
import { takesConnections } from './look';
import type { ProbeOptions } from './answers';

/** One slow answer is none. */
const LOOKS = 2;
const CONNECT_MS = 1_000;

/**
 * `curl -w … https://api.openai.com/v1/models`: until the first byte of the answer, on a connection of its own each time.
 * Without a token any status is an answer: it is asked how long it takes, and not whether it lets us in.
 */
export async function timeFirstByte(
  { url, path, timeoutMs }: OpenAiSettings,
  options: ProbeOptions,
): Promise<OpenAiState> {
  const place = `${url.replace(/\/+$/, '')}${path}`;
  const looks: OpenAiLook[] = [];
  for (let look = 0; look < LOOKS; look++) looks.push(await lookOnce(place, { ...options, timeoutMs }));
  const isLate = looks.some(({ firstByteMs }) => firstByteMs === null);
  return {
    place: `${new URL(place).host}${new URL(place).pathname}`.slice(0, 200),
    looks,
    takesConnections: isLate ? await takesConnections(place, CONNECT_MS, options.signal) : null,
    timeoutMs,
    observedAt: new Date().toISOString(),
  };
}

async function lookOnce(place: string, options: ProbeOptions): Promise<OpenAiLook> {
  const { endpoint } = await probeHttp(place, { ...options, bodyLimitBytes: 1 });
  const { answer, status, latencyMs, detail } = endpoint;
  if (status !== null) return { answer, status, firstByteMs: latencyMs, detail: '' };
  return { answer, status, firstByteMs: null, detail: detail === '' ? answer : detail.slice(0, 200) };
}
