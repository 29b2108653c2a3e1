import type { Evidence } from './change';
import type { Answer, EndpointState } from './probes';

/** What KingFisher says of its connection to Telegram. */
export interface TelegramStatus {
  /** Path that was asked. */
  path: string;
  endpoint: EndpointState;
  /** Null where it does not say, or says it in words that nobody knows. */
  connected: boolean | null;
  /** It says that Telegram limits it. */
  isLimited: boolean;
  /** The words that it was told by: `bot.status: polling`. Empty where there are none. */
  said: string;
  observedAt: string;
}

/** The way to one host: its name, then a connection. */
export interface WayTo {
  /** `api.telegram.org:443` */
  to: string;
  /** `address`: there is no name to be looked up. */
  name: 'found' | 'unknown' | 'unanswered' | 'address';
  /** `ok`: it takes connections. Null where its name has no address. */
  connect: Answer | null;
  /** Why not. */
  detail: string;
}

/** The way out of this host, apart from Telegram itself. */
export interface WayOut {
  telegram: WayTo;
  /** Another host, by its name. Null where none is configured. */
  reference: WayTo | null;
  /** Another host that needs no name. Null where none is configured. */
  address: WayTo | null;
  observedAt: string;
}

/** What Telegram says of KingFisher's bot. Nothing of its token leaves the host. */
export interface BotState {
  /** Where its token was taken from, in words; null where Halcyon knows none. */
  tokenFrom: string | null;
  /**
   * - `unusable`: it cannot be read, or has not the form of a bot's token. It was not sent anywhere.
   * - `unknown`: Telegram could not be asked.
   */
  token: 'valid' | 'rejected' | 'unusable' | 'absent' | 'unknown';
  /** The answer to `getMe`, or why there was none. */
  endpoint: EndpointState;
  /** `@kingfisher_bot` */
  name: string | null;
  /** Telegram limits this bot, and asks to wait for so long. Null where it does not. */
  retryAfterMs: number | null;
  webhook: WebhookState | null;
  /** Null where no channel is configured, or the bot is not known. */
  channel: ChannelState | null;
  observedAt: string;
}

export interface WebhookState {
  /** Its host; null where none is set. While one is set, Telegram refuses `getUpdates`. */
  host: string | null;
  /** Updates that wait at Telegram to be fetched. */
  pending: number;
  /** What Telegram says of its last delivery. */
  lastError: string;
}

export interface ChannelState {
  /** As configured. */
  channel: string;
  access: 'member' | 'reachable' | 'left' | 'notFound' | 'forbidden' | 'moved' | 'unknown';
  /** What Telegram says, or the channel's new id. */
  detail: string;
}

/** What KingFisher's log says that Telegram refused. */
export interface TelegramRefusals {
  /** The log's file, or its unit's journal. */
  path: string;
  evidence: Evidence;
  /** Lines that tell of 429, within the time asked about. */
  limited: number;
  /** The longest wait that they ask for; null where they name none. */
  retryAfterMs: number | null;
  /** Lines that tell of another program that fetches the same bot's updates (409). */
  conflicts: number;
  /** The newest of them, masked. */
  lines: string[];
  observedAt: string;
}
