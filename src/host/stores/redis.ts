import { Redis } from 'ioredis';
import { errorText } from '../errors';
import { SINGLE_CONNECTION, infoField } from './redis-connection';
import type { ProbeOptions } from '../probes/answers';
import { NotWell, lookAt } from '../probes/look';
import type { Look, Word } from '../probes/look';

/** `PING` on a connection of its own, and whether it takes writes. */
export async function probeRedis(url: string, options: ProbeOptions): Promise<Look> {
  return await lookAt({ url, ask: (signal) => ping(url, signal), wordOf: wordOfRedis }, options);
}

async function ping(url: string, signal: AbortSignal): Promise<string> {
  const redis = new Redis(url, SINGLE_CONNECTION);
  // Why a connection ended is said here only; a connection that ends without a reason rejects with its own words.
  let reason: Error | undefined;
  redis.on('error', (err: Error) => (reason ??= err));
  const close = () => redis.disconnect();
  signal.addEventListener('abort', close, { once: true });
  try {
    await redis.connect();
    const reply = await redis.ping();
    // A refused AUTH or SELECT of the URL does not fail the PING of a server that lets everybody in.
    if (reason !== undefined) throw reason;
    if (reply !== 'PONG') throw new NotWell('malformed', `Protocol error: PING was answered by ${reply}`);
    checkWrites(await redis.info().catch(() => ''));
    return 'PING: PONG';
  } catch (err) {
    throw reason ?? err;
  } finally {
    close();
  }
}

/** PING is answered by a server that takes no writes. A user who may not ask for INFO does without. */
function checkWrites(info: string): void {
  const field = (name: string) => infoField(info, name);
  if (field('role') === 'slave' && field('slave_read_only') === '1') {
    throw new NotWell('protecting', 'PING: PONG, and it is a read-only replica');
  }
  const limit = Number(field('maxmemory'));
  if (limit > 0 && field('maxmemory_policy') === 'noeviction' && Number(field('used_memory')) >= limit) {
    throw new NotWell('protecting', `PING: PONG, and its memory limit of ${limit} bytes is reached: no writes`);
  }
}

function wordOfRedis(err: unknown): Word {
  const said = errorText(err);
  if (/^(NOAUTH|WRONGPASS|NOPERM|DENIED)\b|^ERR (invalid password|.*AUTH|.*DB index)/i.test(said)) return 'refused';
  if (/Protocol error|Unknown RESP type|Command queue state/i.test(said)) return 'malformed';
  // Redis begins its errors with a word in capitals.
  if (/^LOADING\b/.test(said)) return 'starting';
  if (/^BUSY\b|^ERR max number of clients/.test(said)) return 'busy';
  // MISCONF, READONLY, MASTERDOWN, OOM, or anything else: it answers, and does not work.
  return err instanceof Error && err.name === 'ReplyError' ? 'protecting' : undefined;
}
