import type { IncomingMessage } from 'node:http';
import { Faults, StandInServer } from './server';
import type { Answer } from './server';

export interface SlackMessage {
  channel: string;
  ts: string;
  thread_ts?: string;
  text: string;
  blocks: { type: string; text?: { text: string } }[];
  reply_broadcast: boolean;
  metadata?: { event_type: string; event_payload: object };
}

interface Options {
  /** Bot tokens that are good. */
  tokens: string[];
  /** Names without "#". */
  channels: string[];
  host?: string;
  port?: number;
}

type Arguments = Record<string, string>;

const MAX_SECTION = 3_000;

/**
 * Slack's Web API as far as Halcyon uses it: `chat.postMessage` with threads and metadata, `conversations.history`,
 * `conversations.replies`, `conversations.list`, tokens, and errors as `ok: false`.
 */
export class StandInSlack {
  readonly faults = new Faults();
  readonly messages: SlackMessage[] = [];
  /** Methods in the order in which they were called, without those that met a fault before being accepted. */
  readonly calls: string[] = [];
  private server: StandInServer | undefined;
  private lastTs = 0;

  private constructor(private readonly options: Options) {}

  static async start(options: Options): Promise<StandInSlack> {
    const slack = new StandInSlack(options);
    const limited = (seconds: number): Answer => ({
      status: 429,
      body: { ok: false, error: 'ratelimited' },
      headers: { 'retry-after': String(seconds) },
    });
    const handler = (request: IncomingMessage, body: string) => slack.answer(request, body);
    slack.server = await StandInServer.start(handler, slack.faults, limited, options);
    return slack;
  }

  /** For `pagers.slack.apiUrl`. */
  get apiUrl(): string {
    return `${this.server?.url ?? ''}/api/`;
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  /** Messages of a channel by name, as text of all their blocks. */
  texts(channel: string): string[] {
    return this.messages
      .filter((message) => message.channel === channelId(channel))
      .map(({ blocks }) => blocks.map((block) => block.text?.text ?? '').join('\n'));
  }

  private answer(request: IncomingMessage, body: string): Answer {
    const method = (request.url ?? '').replace(/^\/api\//, '').split('?')[0]!;
    this.calls.push(method);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return refused('not_authed');
    if (!this.options.tokens.includes(token)) return refused('invalid_auth');
    const given = parseArguments(request.headers['content-type'] ?? '', body);
    switch (method) {
      case 'chat.postMessage':
        return this.post(given);
      case 'conversations.history':
        return this.read(given, (message) => message.thread_ts === undefined || message.reply_broadcast);
      case 'conversations.replies':
        return this.read(given, (message) => (message.thread_ts ?? message.ts) === given['ts']);
      case 'conversations.list':
        return ok({ channels: this.options.channels.map((name) => ({ id: channelId(name), name })) });
      default:
        return refused('unknown_method');
    }
  }

  private post(given: Arguments): Answer {
    const channel = this.channelOf(given['channel']);
    if (channel === undefined) return refused('channel_not_found');
    const blocks = JSON.parse(given['blocks'] ?? '[]') as SlackMessage['blocks'];
    if ((given['text'] ?? '') === '' && blocks.length === 0) return refused('no_text');
    if (blocks.some((block) => (block.text?.text ?? '').length > MAX_SECTION)) return refused('invalid_blocks');
    const message: SlackMessage = {
      channel,
      ts: this.timestamp(),
      text: given['text'] ?? '',
      blocks,
      reply_broadcast: given['reply_broadcast'] === 'true',
      ...(given['thread_ts'] === undefined ? {} : { thread_ts: given['thread_ts'] }),
      ...(given['metadata'] === undefined
        ? {}
        : { metadata: JSON.parse(given['metadata']) as SlackMessage['metadata'] }),
    };
    this.messages.push(message);
    return ok({ channel, ts: message.ts, message });
  }

  /** Newest first, as Slack's history; ids only, as Slack demands. */
  private read(given: Arguments, wanted: (message: SlackMessage) => boolean): Answer {
    const { channel } = given;
    if (!this.options.channels.some((name) => channelId(name) === channel)) return refused('channel_not_found');
    const oldest = Number(given['oldest'] ?? 0);
    const limit = Number(given['limit'] ?? 100);
    const offset = Number(given['cursor'] ?? 0);
    const all = this.messages
      .filter((message) => message.channel === channel && wanted(message) && Number(message.ts) > oldest)
      .reverse();
    const page = all.slice(offset, offset + limit);
    const messages = page.map(({ metadata, ...message }) =>
      given['include_all_metadata'] === 'true' && metadata !== undefined ? { ...message, metadata } : message,
    );
    const next = offset + limit < all.length ? String(offset + limit) : '';
    return ok({ messages, has_more: next !== '', response_metadata: { next_cursor: next } });
  }

  /** Posting takes a name or an id. */
  private channelOf(channel: string | undefined): string | undefined {
    return this.options.channels.map(channelId).find((id) => id === channel || id === channelId(channel ?? ''));
  }

  /** Seconds with six decimals, each once. */
  private timestamp(): string {
    this.lastTs = Math.max(this.lastTs + 1, Date.now() * 1_000);
    return (this.lastTs / 1_000_000).toFixed(6);
  }
}

function channelId(name: string): string {
  return `C${name
    .replace(/^#/, '')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')}`;
}

function parseArguments(type: string, body: string): Arguments {
  if (!type.startsWith('application/json')) return Object.fromEntries(new URLSearchParams(body));
  const given = JSON.parse(body || '{}') as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

function ok(body: object): Answer {
  return { status: 200, body: { ok: true, ...body } };
}

/** Slack says 200 and `ok: false`. */
function refused(error: string): Answer {
  return { status: 200, body: { ok: false, error } };
}
