import type { BotState, ChannelState, WebhookState } from '../../shared/observations/telegram';
import type { EndpointState } from '../../shared/observations/probes';
import type { KingfisherSettings } from '../agent-settings';
import { redactingEnvironments } from '../redact';
import type { Redact } from '../redact';
import { askBot } from './bot-api';
import type { BotAnswer, BotApi } from './bot-api';
import type { BotToken } from './bot-token';

type TelegramSettings = KingfisherSettings['telegram'];

const NOT_ASKED: EndpointState = { answer: 'error', status: null, latencyMs: 0, detail: 'not asked' };
const WORDS_CHARACTERS = 200;
/** Statuses of a member that receives what is posted. */
const MEMBERS = ['creator', 'administrator', 'member', 'restricted'];

/**
 * What Telegram says of a bot: `getMe`, `getWebhookInfo`, and `getChat` and `getChatMember` of its channel. Never
 * `getUpdates`, which would take the updates from KingFisher.
 */
export async function lookAtBot(
  { apiUrl, timeoutMs, channel }: TelegramSettings,
  { token, from, why }: BotToken,
  options: { redact: Redact; signal?: AbortSignal },
): Promise<BotState> {
  const unknown = { name: null, retryAfterMs: null, webhook: null, channel: null };
  const observedAt = () => new Date().toISOString();
  if (token === null) {
    const state = from === null ? 'absent' : 'unusable';
    const endpoint = { ...NOT_ASKED, detail: options.redact(why || 'no token is configured', WORDS_CHARACTERS) };
    return { tokenFrom: from, token: state, endpoint, ...unknown, observedAt: observedAt() };
  }
  const redact = redactingEnvironments(options.redact, [{ BOT_TOKEN: token }]);
  const api: BotApi = { url: apiUrl, token, options: { ...options, redact, timeoutMs } };
  const me = await askBot(api, 'getMe');
  const known = { tokenFrom: from, token: tokenOf(me), endpoint: me.endpoint };
  if (known.token !== 'valid') {
    return { ...known, ...unknown, retryAfterMs: limitOf([me]), observedAt: observedAt() };
  }
  const [webhook, chat, member] = await Promise.all([
    askBot(api, 'getWebhookInfo'),
    channel === null ? null : askBot(api, 'getChat', { chat_id: channel }),
    channel === null ? null : askBot(api, 'getChatMember', { chat_id: channel, user_id: String(me.result['id']) }),
  ]);
  return {
    ...known,
    name: typeof me.result['username'] === 'string' ? redact(`@${me.result['username']}`, 64) : null,
    retryAfterMs: limitOf([me, webhook, chat, member]),
    webhook: webhookOf(webhook, redact),
    channel: channel === null || chat === null ? null : channelOf(channel, chat, member),
    observedAt: observedAt(),
  };
}

/** Telegram answers 401 to a token that it took back, and 404 to one that it never made. */
function tokenOf({ endpoint, errorCode }: BotAnswer): BotState['token'] {
  if (endpoint.answer === 'ok') return 'valid';
  return errorCode === 401 || errorCode === 404 ? 'rejected' : 'unknown';
}

/** The longest that any answer asks to wait. A 429 that does not say is a limit all the same. */
function limitOf(answers: (BotAnswer | null)[]): number | null {
  const limited = answers.filter((answer) => answer?.errorCode === 429);
  return limited.length === 0 ? null : Math.max(...limited.map((answer) => answer?.retryAfterMs ?? 0));
}

function webhookOf({ endpoint, result }: BotAnswer, redact: Redact): WebhookState | null {
  const { url, pending_update_count: pending, last_error_message: lastError } = result;
  if (endpoint.answer !== 'ok' || typeof url !== 'string' || typeof pending !== 'number') return null;
  const shown = url === '' ? null : URL.canParse(url) ? new URL(url).host : 'a URL that cannot be read';
  return {
    // Its path is often a secret.
    host: shown === null ? null : redact(shown, WORDS_CHARACTERS),
    pending,
    lastError: typeof lastError === 'string' ? redact(lastError, WORDS_CHARACTERS) : '',
  };
}

/** A public channel is shown to everybody: only a member gets what is posted. */
function channelOf(channel: string, chat: BotAnswer, member: BotAnswer | null): ChannelState {
  const { endpoint, errorCode, description, movedTo } = chat;
  if (movedTo !== null) return { channel, access: 'moved', detail: movedTo };
  if (errorCode === 403) return { channel, access: 'forbidden', detail: description };
  if (errorCode === 400) return { channel, access: 'notFound', detail: description };
  if (endpoint.answer !== 'ok') return { channel, access: 'unknown', detail: endpoint.detail };
  const status = member?.result['status'];
  if (typeof status !== 'string') return { channel, access: 'reachable', detail: '' };
  if (!MEMBERS.includes(status)) return { channel, access: 'left', detail: status === 'kicked' ? 'kicked' : 'left' };
  return { channel, access: 'member', detail: '' };
}
