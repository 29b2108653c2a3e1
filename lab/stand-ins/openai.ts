import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Faults, ReachableServer, StandInServer, type Answer, type Place } from './server';

export interface OpenaiSettings {
  /** Requests that each key may make in a second. */
  maxQps: number;
  /** Each answer takes that long. */
  delayMs: number;
  /** The account has paid. */
  hasQuota: boolean;
  /** `http`: overloaded, 503. `refused`: nobody listens. */
  down: 'no' | 'http' | 'refused';
}

/** A customer of KingFisher's size may ask more than it does: a late burst of it is no fault. */
const WELL: OpenaiSettings = { maxQps: 20, delayMs: 0, hasQuota: true, down: 'no' };
const WINDOW_MS = 1_000;
const MODEL = 'gpt-4o';

/** OpenAI's API as far as KingFisher uses it: `GET /v1/models`, `POST /v1/chat/completions`. */
export class StandInOpenai {
  readonly faults = new Faults();
  /** Answers by status, since the start. */
  readonly answered: Record<number, number> = {};
  private settings: OpenaiSettings = WELL;
  private readonly server: ReachableServer;
  /** When each key asked, within the last second. */
  private readonly asked = new Map<string, number[]>();
  private ids = 0;

  private constructor(
    private readonly key: string,
    place: Place,
  ) {
    const handler = async (request: IncomingMessage, body: string) => {
      const answer = await this.answer(request, body);
      this.answered[answer.status] = (this.answered[answer.status] ?? 0) + 1;
      return answer;
    };
    const limited = (seconds: number) => this.limited(seconds);
    this.server = new ReachableServer(() => StandInServer.start(handler, this.faults, limited, place));
  }

  static async start(key: string, place: Place = {}): Promise<StandInOpenai> {
    const openai = new StandInOpenai(key, place);
    await openai.server.be(true);
    return openai;
  }

  get url(): string {
    return `${this.server.url}/v1`;
  }

  /** What is not named becomes as it was at the start. */
  async set(settings: Partial<OpenaiSettings>): Promise<OpenaiSettings> {
    this.settings = { ...WELL, ...settings };
    await this.server.be(this.settings.down !== 'refused');
    return this.settings;
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  private async answer(request: IncomingMessage, body: string): Promise<Answer> {
    const { delayMs, down, hasQuota, maxQps } = this.settings;
    if (delayMs > 0) await sleep(delayMs);
    if (down === 'http')
      return failure(503, 'The engine is currently overloaded, please try again later', 'server_error');
    const key = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    if (key !== this.key) return wrongKey(key);
    if (request.method === 'GET' && request.url === '/v1/models') return models();
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') return unknownUrl(request);
    if (!hasQuota) return NO_QUOTA;
    const used = this.take(key);
    if (used > maxQps) return this.limited(1);
    return completion(body, ++this.ids, { maxQps, left: maxQps - used });
  }

  /** Counts a request: how many it makes within the last second. Those that are refused do not count. */
  private take(key: string): number {
    const now = Date.now();
    const recent = (this.asked.get(key) ?? []).filter((at) => now - at < WINDOW_MS);
    if (recent.length < this.settings.maxQps) recent.push(now);
    else return recent.length + 1;
    this.asked.set(key, recent);
    return recent.length;
  }

  private limited(seconds: number): Answer {
    const { maxQps } = this.settings;
    const where = `Rate limit reached for ${MODEL} in organization org-lab on requests per second`;
    const message = `${where}: Limit ${maxQps}, Used ${maxQps}, Requested 1. Please try again in ${seconds}s.`;
    const { body } = failure(429, message, 'requests', 'rate_limit_exceeded');
    return { status: 429, body, headers: { 'retry-after': String(seconds), ...rateHeaders(maxQps, 0) } };
  }
}

function failure(status: number, message: string, type: string, code: string | null = null): Answer {
  return { status, body: { error: { message, type, param: null, code } } };
}

const NO_QUOTA = failure(
  429,
  'You exceeded your current quota, please check your plan and billing details.',
  'insufficient_quota',
  'insufficient_quota',
);

function wrongKey(key: string): Answer {
  const shown = key === '' ? "You didn't provide an API key." : `Incorrect API key provided: ${key.slice(0, 3)}***.`;
  return failure(401, shown, 'invalid_request_error', 'invalid_api_key');
}

function unknownUrl({ method, url }: IncomingMessage): Answer {
  return failure(404, `Invalid URL (${method} ${url})`, 'invalid_request_error');
}

function models(): Answer {
  const data = [{ id: MODEL, object: 'model', created: 1_715_367_049, owned_by: 'system' }];
  return { status: 200, body: { object: 'list', data } };
}

function completion(body: string, id: number, { maxQps, left }: { maxQps: number; left: number }): Answer {
  const asked = parse(body);
  if (typeof asked.model !== 'string' || !Array.isArray(asked.messages) || asked.messages.length === 0) {
    return failure(400, 'you must provide a model and messages', 'invalid_request_error');
  }
  const message = { role: 'assistant', content: '{"trend":"sideways"}', refusal: null };
  const usage = { prompt_tokens: 12, completion_tokens: 6, total_tokens: 18 };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }];
  const created = Math.floor(Date.now() / 1_000);
  const answer = { id: `chatcmpl-lab${id}`, object: 'chat.completion', created, model: asked.model, choices, usage };
  return { status: 200, body: answer, headers: rateHeaders(maxQps, left) };
}

function rateHeaders(limit: number, left: number): Record<string, string> {
  return { 'x-ratelimit-limit-requests': String(limit), 'x-ratelimit-remaining-requests': String(left) };
}

function parse(body: string): { model?: unknown; messages?: unknown } {
  try {
    return (JSON.parse(body) ?? {}) as { model?: unknown; messages?: unknown };
  } catch {
    return {};
  }
}
