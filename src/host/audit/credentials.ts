import { networkInterfaces } from 'node:os';
import { connect } from 'amqplib';
import type { DependencySettings } from '../agent-settings';
import { errorCode, errorText } from '../errors';
import { withDeadline } from '../probes/deadline';
import { withDatabase } from '../stores/database';
import { withRedis } from '../stores/redis-connection';
import { attempt, audited } from './audit';
import type { Audited } from './audit';

const TIMEOUT_MS = 5_000;
const DEFAULT = 'guest';
/** It let the user in, who may not enter this virtual host. */
const IN_WITHOUT_HOST = /^Expected ConnectionOpenOk/;
const REFUSED = /ACCESS[_-]REFUSED|\b403\b/;

const TRUSTED = `
  SELECT line_number AS line, type, array_to_string(database, ',') AS databases,
    array_to_string(user_name, ',') AS users, coalesce(address, '') AS address
  FROM pg_hba_file_rules WHERE auth_method = 'trust' ORDER BY line_number`;

interface Options {
  signal: AbortSignal;
  /** Replaced in tests. @default the addresses of this host's interfaces, without the loopback */
  own?: () => string[];
}

/** Whether anybody gets in who only knows what everybody knows: guest/guest, no password, `trust`. */
export async function auditCredentials(
  { rabbitmq, redis, postgres }: DependencySettings,
  { signal, own = ownAddresses }: Options,
): Promise<Audited> {
  const result = audited();
  const looked: string[] = [];
  const look = async (name: string, url: string | undefined, findings: (url: string) => Promise<string[]>) => {
    if (url === undefined) return void result.notLooked.push(`dependencies.${name} is not configured`);
    const found = await attempt(name, result, signal, async () => await findings(url));
    if (found !== undefined) looked.push(name);
    result.findings.push(...(found ?? []));
  };
  await look('rabbitmq', rabbitmq?.url, (url) => guestOf(url, signal));
  await look('redis', redis?.url, (url) => openRedis(url, own(), signal));
  await look('postgres', postgres?.url, (url) => trustedBy(url, signal));
  return { ...result, seen: looked.length === 0 ? '' : `tried: ${looked.join(', ')}` };
}

/** A login with the name and password that RabbitMQ comes with. One that fails is a line in its log. */
async function guestOf(configured: string, outer: AbortSignal): Promise<string[]> {
  const url = new URL(configured);
  url.username = DEFAULT;
  url.password = DEFAULT;
  const isIn = await withDeadline(TIMEOUT_MS, outer, async (signal) => {
    try {
      const connection = await connect(url.href, { signal, noDelay: true } as Parameters<typeof connect>[1]);
      connection.on('error', () => {});
      await connection.close();
      return true;
    } catch (err) {
      const said = errorText(err);
      if (IN_WITHOUT_HOST.test(said)) return true;
      if (REFUSED.test(said)) return false;
      throw err;
    }
  });
  return isIn ? [`RabbitMQ at ${url.host} lets in guest with the password that everybody knows`] : [];
}

/** On the loopback alone, who is on the host is trusted already. */
async function openRedis(configured: string, own: string[], signal: AbortSignal): Promise<string[]> {
  const { protocol, hostname, port } = new URL(configured);
  const isHere = /^(?:localhost|127\.|\[::1\])/.test(hostname);
  const findings: string[] = [];
  for (const address of isHere ? own : [hostname]) {
    const url = `${protocol}//${address.includes(':') && !address.startsWith('[') ? `[${address}]` : address}:${port || 6379}`;
    if (await letsIn(url, signal)) findings.push(`Redis at ${new URL(url).host} wants no password`);
  }
  return findings;
}

async function letsIn(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    return await withRedis(url, signal, async (redis) => (await redis.ping()) === 'PONG');
  } catch (err) {
    signal.throwIfAborted();
    // It says no, or does not listen there.
    if (err instanceof Error && /^(?:NOAUTH|NOPERM|DENIED|WRONGPASS)\b/.test(err.message)) return false;
    if (errorCode(err) === 'ECONNREFUSED') return false;
    throw err;
  }
}

async function trustedBy(url: string, outer: AbortSignal): Promise<string[]> {
  return await withDatabase({ url, about: 'pg_hba_file_rules', outer }, async (client) => {
    const { rows } = await client.query<Record<'line' | 'type' | 'databases' | 'users' | 'address', string>>(TRUSTED);
    return rows.map(({ line, type, databases, users, address }) => {
      const from = address === '' ? type : `${type} ${address}`;
      return `PostgreSQL trusts whoever says to be ${users}, for ${databases} by ${from} (pg_hba.conf, line ${line})`;
    });
  });
}

/** A link-local address means nothing without its interface. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  return all.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address)).map(({ address }) => address);
}
