import type { TelegramStatus } from '../../shared/observations/telegram';
import type { EndpointSettings } from '../agent-settings';
import type { ProbeOptions } from '../probes/answers';
import { probeEndpoint, valueOf } from '../probes/endpoint';

const WORDS_CHARACTERS = 100;

/** Where such an endpoint says whether it is connected, the surest first: a plain `status` may be that of the answer. */
const FIELDS = ['connected', 'is_connected', 'bot', 'telegram', 'connection', 'state', 'status'];
const HOLDERS = [['bot'], ['telegram'], ['connection'], []];
const YES = ['true', 'connected', 'ok', 'active', 'running', 'polling', 'online', 'up', 'healthy'];
/** It is connected, and may not ask. */
const LIMITED = ['rate_limited', 'rate-limited', 'limited', 'flood_wait'];
const NO = ['false', 'disconnected', 'error', 'inactive', 'stopped', 'offline', 'down', 'unhealthy', 'failed'];

/** What KingFisher says of its own connection to Telegram. */
export async function lookAtStatus(
  baseUrl: string,
  settings: EndpointSettings,
  options: ProbeOptions,
): Promise<TelegramStatus> {
  const { endpoint, body } = await probeEndpoint(baseUrl, settings, options);
  const { connected, isLimited, said } =
    settings.field === null ? toldBy(body) : toldByField(endpoint.answer, settings.field);
  const isAnswer = endpoint.status !== null && endpoint.status < 300;
  return {
    path: settings.path,
    endpoint: { ...endpoint, detail: endpoint.answer === 'ok' ? '' : endpoint.detail },
    // An error page says nothing of the connection.
    connected: isAnswer ? connected : null,
    isLimited: isAnswer && isLimited,
    said: isAnswer ? options.redact(said, WORDS_CHARACTERS) : '',
    observedAt: new Date().toISOString(),
  };
}

/** The configured field: what it says, and not whether there is one. */
function toldByField(answer: string, { path, equals }: NonNullable<EndpointSettings['field']>) {
  const connected = answer === 'ok' ? true : answer === 'unhealthy' ? false : null;
  const name = path.join('.');
  return {
    connected,
    isLimited: false,
    said: connected === null ? '' : `${name} is ${connected ? '' : 'not '}${equals}`,
  };
}

/** The first field whose words are known. */
function toldBy(body: string): Pick<TelegramStatus, 'connected' | 'isLimited' | 'said'> {
  const places = FIELDS.flatMap((field) => HOLDERS.map((holder) => [...holder, field]));
  for (const place of places) {
    const value = valueOf(body, place);
    const word = String(value).toLowerCase();
    const isLimited = LIMITED.includes(word);
    if (!isLimited && !YES.includes(word) && !NO.includes(word)) continue;
    return { connected: isLimited ? null : YES.includes(word), isLimited, said: `${place.join('.')}: ${word}` };
  }
  return { connected: null, isLimited: false, said: '' };
}
