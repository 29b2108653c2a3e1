import type { EndpointState } from '../../shared/observations/probes';
import { errorCode, errorText } from '../errors';
import { probeHttp } from '../probes/http';
import type { ProbeOptions } from '../probes/answers';

/** One answer of the Bot API. */
export interface BotAnswer {
  /** `ok` only for `{"ok":true}`; `malformed` for what is not the API's envelope. */
  endpoint: EndpointState;
  result: Record<string, unknown>;
  /** The API's own code; null where it was not the API that answered. */
  errorCode: number | null;
  description: string;
  retryAfterMs: number | null;
  /** A group that became a supergroup has another id. */
  movedTo: string | null;
}

export interface BotApi {
  url: string;
  token: string;
  /** Its redactor must know the token. */
  options: ProbeOptions;
}

const WORDS_CHARACTERS = 200;

/** Asks one method that only reads. The URL holds the token: it is in no answer and in no error. */
export async function askBot(
  { url, token, options }: BotApi,
  method: 'getMe' | 'getWebhookInfo' | 'getChat' | 'getChatMember',
  parameters: Record<string, string> = {},
): Promise<BotAnswer> {
  const query = new URLSearchParams(parameters).toString();
  const asked = `${url.replace(/\/+$/, '')}/bot${token}/${method}${query === '' ? '' : `?${query}`}`;
  try {
    const { endpoint, body } = await probeHttp(asked, options);
    return endpoint.status === null ? { ...NOTHING, endpoint } : read(endpoint, body, options);
  } catch (err) {
    options.signal?.throwIfAborted();
    // A name that is not found, or no descriptor: it was not asked.
    return { ...NOTHING, endpoint: { answer: 'error', status: null, latencyMs: 0, detail: whyOf(err, options) } };
  }
}

const NOTHING = { result: {}, errorCode: null, description: '', retryAfterMs: null, movedTo: null };

function read(endpoint: EndpointState, body: string, { redact }: ProbeOptions): BotAnswer {
  const envelope = envelopeOf(body);
  if (envelope === undefined) return { ...NOTHING, endpoint: { ...endpoint, answer: 'malformed' } };
  const { ok, result, error_code: code, description, parameters } = envelope;
  if (ok === true) return { ...NOTHING, endpoint: { ...endpoint, answer: 'ok', detail: '' }, result: mapping(result) };
  const words = redact(typeof description === 'string' ? description : '', WORDS_CHARACTERS);
  const { retry_after: retryAfter, migrate_to_chat_id: movedTo } = mapping(parameters);
  return {
    endpoint: { ...endpoint, answer: answerOf(code), detail: words },
    result: {},
    errorCode: typeof code === 'number' ? code : endpoint.status,
    description: words,
    retryAfterMs: typeof retryAfter === 'number' && retryAfter >= 0 ? Math.ceil(retryAfter * 1_000) : null,
    movedTo: typeof movedTo === 'number' || typeof movedTo === 'string' ? redact(String(movedTo), 40) : null,
  };
}

function answerOf(code: unknown): EndpointState['answer'] {
  return code === 401 || code === 403 || code === 404 ? 'denied' : 'unhealthy';
}

/** `{"ok": …}`, which Telegram answers to everything. */
function envelopeOf(body: string): Record<string, unknown> | undefined {
  try {
    const envelope = mapping(JSON.parse(body));
    return typeof envelope['ok'] === 'boolean' ? envelope : undefined;
  } catch {
    return undefined;
  }
}

function mapping(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function whyOf(err: unknown, { redact }: ProbeOptions): string {
  return redact(errorCode(err) || errorText(err), WORDS_CHARACTERS);
}
