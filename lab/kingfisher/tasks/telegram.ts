/** Takes images from a channel in Telegram, as a bot that asks for updates. */
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '../log';
import type { Metrics } from '../metrics';
import type { Failures } from './failures';
import { call, jsonOf } from './http';
import type { Images } from './images';

const POLL_S = 20;
const TIMEOUT_MS = 10_000;
const AGAIN_AFTER_MS = 5_000;
/** A disk that is full now is full in a second. */
const SAVE_AGAIN_AFTER_MS = 20_000;

interface ApiAnswer {
  ok: boolean;
  result: unknown;
  description: string;
  parameters: { retry_after?: number };
}

interface Post {
  update_id: number;
  channel_post?: { photo?: { file_id: string }[] };
}

/** Telegram refused, or could not be reached. */
class TelegramFailure extends Error {
  constructor(
    message: string,
    readonly retryAfterMs: number | null,
  ) {
    super(message);
  }
}

/** What `/api/v1/telegram/status` answers. */
export interface TelegramStatus {
  bot: 'connected' | 'rate_limited' | 'disconnected';
  rate_limited: boolean;
  last_error: string | null;
  last_image_at: string | null;
  images_downloaded: number;
}

export class Downloader {
  private offset = 0;
  private failure: TelegramFailure | null = null;
  private reported = '';

  constructor(
    private readonly api: { baseUrl: string; token: string },
    private readonly images: Images,
    private readonly metrics: Metrics,
    private readonly failures: Failures,
  ) {}

  /** Never ends, never rejects. */
  async run(isSilent: () => boolean): Promise<never> {
    for (;;) {
      if (isSilent()) await sleep(1_000);
      else await sleep(await this.round(isSilent));
    }
  }

  status(): TelegramStatus {
    const { lastImageAt, imagesDownloaded } = this.metrics;
    const isLimited = (this.failure?.retryAfterMs ?? null) !== null;
    return {
      bot: isLimited ? 'rate_limited' : this.failure === null ? 'connected' : 'disconnected',
      rate_limited: isLimited,
      last_error: this.failure?.message ?? null,
      last_image_at: lastImageAt === null ? null : new Date(lastImageAt * 1_000).toISOString(),
      images_downloaded: imagesDownloaded.total(),
    };
  }

  /** Asks once, and takes what came. How long to wait then. */
  private async round(isSilent: () => boolean): Promise<number> {
    try {
      const query = `offset=${this.offset}&timeout=${POLL_S}&allowed_updates=["channel_post"]`;
      const posts = (await this.ask('getUpdates', query, POLL_S * 1_000 + TIMEOUT_MS)) as Post[];
      this.failure = null;
      this.reported = '';
      for (const post of posts) {
        if (isSilent()) return 0;
        if (!(await this.take(post))) return SAVE_AGAIN_AFTER_MS;
        // Confirmed by the next question: an image that was not kept comes again.
        this.offset = post.update_id + 1;
      }
      return 0;
    } catch (error) {
      this.failure = error as TelegramFailure;
      this.report(this.failure.message);
      return this.failure.retryAfterMs ?? AGAIN_AFTER_MS;
    }
  }

  private async take({ channel_post: channelPost }: Post): Promise<boolean> {
    const photo = channelPost?.photo?.at(-1);
    if (photo === undefined) return true;
    const { file_path: path } = (await this.ask('getFile', `file_id=${photo.file_id}`, TIMEOUT_MS)) as {
      file_path: string;
    };
    const { baseUrl, token } = this.api;
    const reply = await call(`${baseUrl}/file/bot${token}/${path}`, { timeoutMs: TIMEOUT_MS });
    if (reply.status === 200) return this.images.save(reply.body);
    this.failures.count('image_download', 'telegram', `telegram file ${path}: status ${reply.status}`);
    return true;
  }

  private async ask(method: string, query: string, timeoutMs: number): Promise<unknown> {
    const { baseUrl, token } = this.api;
    const reply = await call(`${baseUrl}/bot${token}/${method}?${query}`, { timeoutMs }).catch((error: Error) => {
      throw new TelegramFailure(`${method} failed: ${error.message}`, null);
    });
    const answer = jsonOf<ApiAnswer>(reply);
    if (reply.status === 200 && answer.ok === true) return answer.result;
    const seconds = reply.status === 429 ? (answer.parameters?.retry_after ?? 60) : null;
    const why = `${method} failed: ${reply.status} ${answer.description ?? 'no JSON'}`;
    throw new TelegramFailure(why, seconds === null ? null : seconds * 1_000);
  }

  /** Once per reason, but each limit: the next one may come with another time. */
  private report(message: string): void {
    if (message !== this.reported || message.includes('429')) log('ERROR', 'telegram', message);
    this.reported = message;
  }
}
