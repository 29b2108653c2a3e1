/** Questions to OpenAI, paced by the setting `openai.max_qps`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Limits } from '../limits';
import type { Reason } from '../metrics';
import { call, jsonOf, TimedOut, type Reply } from './http';

const TIMEOUT_MS = 60_000;
const REASONS: Record<number, string> = { 401: 'Unauthorized', 429: 'Too Many Requests', 503: 'Service Unavailable' };

/** Why a question has no answer. */
export class OpenaiFailure extends Error {
  constructor(
    readonly reason: Reason<'openai_analysis'>,
    message: string,
  ) {
    super(message);
  }
}

export class Openai {
  private nextAt = 0;

  constructor(
    private readonly baseUrl: string,
    private readonly key: string,
    private readonly limits: Limits,
  ) {}

  /** @throws OpenaiFailure */
  async ask(question: string): Promise<void> {
    await this.turn();
    const reply = await this.send(question).catch((error: Error) => {
      throw new OpenaiFailure(error instanceof TimedOut ? 'timeout' : 'unreachable', error.message);
    });
    if (reply.status !== 200) throw failureOf(reply);
  }

  /** One turn after the other, never more of them in a second than the setting says at the time. */
  private async turn(): Promise<void> {
    const now = Date.now();
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + 1_000 / this.limits.maxQps;
    if (at > now) await sleep(at - now);
  }

  private async send(question: string): Promise<Reply> {
    return await call(`${this.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: question }] }),
      timeoutMs: TIMEOUT_MS,
    });
  }
}

function failureOf(reply: Reply): OpenaiFailure {
  const { error } = jsonOf<{ error: { message?: string; code?: string | null } }>(reply);
  const said = error?.message ?? reply.body.toString('utf8').slice(0, 200);
  const message = `${reply.status} ${REASONS[reply.status] ?? 'Error'}: ${said}`;
  return new OpenaiFailure(reasonOf(reply.status, error?.code ?? ''), message);
}

function reasonOf(status: number, code: string): Reason<'openai_analysis'> {
  if (status === 401) return 'unauthorized';
  if (status !== 429) return 'server_error';
  return code === 'insufficient_quota' ? 'insufficient_quota' : 'rate_limited';
}
