import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Channel, type Update } from './telegram-channel';
import { Faults, ReachableServer, StandInServer, type Answer, type Place } from './server';

export interface TelegramSettings {
  /** An image is posted so often; 0 is never. */
  imageEverySeconds: number;
  /** Images are cut off in the middle. */
  corruptImages: boolean;
  /** Every call of the bot is refused for that long from now. */
  rateLimitedSeconds: number;
  /** The bot's token is no longer good. */
  revoked: boolean;
  /** Somebody set a webhook: `getUpdates` is refused until it is deleted. */
  webhookUrl: string;
  /** What became of the bot in the channel, or of the channel. */
  channel: 'member' | 'kicked' | 'gone';
  /** Each answer takes that long. */
  delayMs: number;
  /** `http`: 502. `refused`: nobody listens. */
  down: 'no' | 'http' | 'refused';
}

export interface TelegramOptions extends Place {
  token: string;
  /** `@name` of the channel. */
  channel: string;
  /** A picture as it is posted. */
  image: Buffer;
}

const WELL: TelegramSettings = {
  imageEverySeconds: 20,
  corruptImages: false,
  rateLimitedSeconds: 0,
  revoked: false,
  webhookUrl: '',
  channel: 'member',
  delayMs: 0,
  down: 'no',
};
const LONGEST_POLL_S = 50;
const POLL_MS = 100;

/** Telegram's Bot API as far as a bot needs it that takes images from one channel, with its real refusals. */
export class StandInTelegram {
  readonly faults = new Faults();
  private settings: TelegramSettings = WELL;
  private limitedUntil = 0;
  private readonly server: ReachableServer;
  private readonly channel: Channel;
  /** The call of `getUpdates` that waits: a newer one ends it. */
  private poll = 0;

  private constructor(private readonly options: TelegramOptions) {
    this.channel = new Channel(options.channel, options.image);
    const handler = (request: IncomingMessage, body: string) => this.answer(request, body);
    this.server = new ReachableServer(() => StandInServer.start(handler, this.faults, tooMany, options));
  }

  static async start(options: TelegramOptions): Promise<StandInTelegram> {
    const telegram = new StandInTelegram(options);
    await telegram.server.be(true);
    return telegram;
  }

  get url(): string {
    return this.server.url;
  }

  /** What is not named becomes as it was at the start. */
  async set(settings: Partial<TelegramSettings>): Promise<TelegramSettings> {
    this.settings = { ...WELL, ...settings };
    this.limitedUntil = Date.now() + this.settings.rateLimitedSeconds * 1_000;
    await this.server.be(this.settings.down !== 'refused');
    return this.settings;
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  private async answer(request: IncomingMessage, body: string): Promise<Answer> {
    const { delayMs } = this.settings;
    if (delayMs > 0) await sleep(delayMs);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://telegram');
    const [, isFile, token, rest] = /^\/(file\/)?bot([^/]+)\/(.+)$/.exec(pathname) ?? [];
    if (rest === undefined) return refusal(404, 'Not Found');
    if (token !== this.options.token) return refusal(401, 'Unauthorized');
    const refused = this.refusesAll();
    if (refused !== null) return refused;
    if (isFile !== undefined) return this.file(rest);
    const parameters = new Map([...searchParams, ...bodyParameters(request, body)]);
    return await this.call(rest, (name) => parameters.get(name) ?? '');
  }

  /** What every call of the bot is answered, or null where it depends on the call. */
  private refusesAll(): Answer | null {
    if (this.settings.down === 'http') return refusal(502, 'Bad Gateway');
    if (this.settings.revoked) return refusal(401, 'Unauthorized');
    const leftMs = this.limitedUntil - Date.now();
    return leftMs > 0 ? tooMany(Math.ceil(leftMs / 1_000)) : null;
  }

  private async call(method: string, parameter: (name: string) => string): Promise<Answer> {
    switch (method.toLowerCase()) {
      case 'getme':
        return ok(BOT);
      case 'getwebhookinfo':
        return ok({
          url: this.settings.webhookUrl,
          has_custom_certificate: false,
          ...this.channel.waiting(this.posting),
        });
      case 'deletewebhook':
        this.settings = { ...this.settings, webhookUrl: '' };
        return ok(true);
      case 'getchat':
        return this.inChannel(parameter('chat_id'), this.channel.chat());
      case 'getchatmember':
        return this.inChannel(parameter('chat_id'), { status: 'administrator', user: BOT });
      case 'getupdates':
        return await this.updates(Number(parameter('offset')), Number(parameter('timeout')));
      case 'getfile':
        return this.fileOf(parameter('file_id'));
      default:
        return refusal(404, 'Not Found');
    }
  }

  /** Nothing reaches a bot that is no member. */
  private get posting() {
    const { channel, imageEverySeconds, corruptImages } = this.settings;
    return { imageEverySeconds: channel === 'member' ? imageEverySeconds : 0, corruptImages };
  }

  private inChannel(chat: string, result: object): Answer {
    if (!this.channel.is(chat) || this.settings.channel === 'gone') return refusal(400, 'Bad Request: chat not found');
    if (this.settings.channel === 'kicked') return refusal(403, 'Forbidden: bot was kicked from the channel chat');
    return ok(result);
  }

  /** Waits for posts, as `timeout` says. */
  private async updates(offset: number, timeout: number): Promise<Answer> {
    const mine = ++this.poll;
    const until = Date.now() + Math.min(timeout || 0, LONGEST_POLL_S) * 1_000;
    for (;;) {
      const { webhookUrl } = this.settings;
      if (webhookUrl !== '')
        return refusal(409, `Conflict: can't use getUpdates method while webhook is active; ${USE}`);
      if (mine !== this.poll) return refusal(409, `Conflict: terminated by other getUpdates request; ${ONE_BOT}`);
      const refused = this.refusesAll();
      if (refused !== null) return refused;
      const found: Update[] = this.channel.from(offset, this.posting);
      if (found.length > 0 || Date.now() >= until) return ok(found);
      await sleep(POLL_MS);
    }
  }

  private fileOf(fileId: string): Answer {
    const path = this.channel.pathOf(fileId);
    if (path === undefined) return refusal(400, 'Bad Request: invalid file_id');
    return ok({
      file_id: fileId,
      file_unique_id: `u${fileId}`,
      file_size: this.channel.fileAt(path)!.length,
      file_path: path,
    });
  }

  private file(path: string): Answer {
    const body = this.channel.fileAt(path);
    return body === undefined ? refusal(404, 'Not Found') : { status: 200, body };
  }
}

const USE = 'use deleteWebhook to delete the webhook first';
const ONE_BOT = 'make sure that only one bot instance is running';
const BOT = { id: 7_000_000_001, is_bot: true, first_name: 'KingFisher', username: 'kingfisher_lab_bot' };

function ok(result: unknown): Answer {
  return { status: 200, body: { ok: true, result } };
}

function refusal(status: number, description: string, parameters?: object): Answer {
  return { status, body: { ok: false, error_code: status, description, ...(parameters ? { parameters } : {}) } };
}

function tooMany(seconds: number): Answer {
  const answer = refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
  return { ...answer, headers: { 'retry-after': String(seconds) } };
}

/** Of a form or of JSON. */
function bodyParameters(request: IncomingMessage, body: string): [string, string][] {
  if (body === '') return [];
  if (!(request.headers['content-type'] ?? '').includes('json')) return [...new URLSearchParams(body)];
  return Object.entries(JSON.parse(body) as object).map(([name, value]) => [name, String(value)]);
}
