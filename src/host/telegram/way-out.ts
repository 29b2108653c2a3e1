import dns from 'node:dns/promises';
import net from 'node:net';
import type { Answer } from '../../shared/observations/probes';
import type { WayOut, WayTo } from '../../shared/observations/telegram';
import type { KingfisherSettings } from '../agent-settings';
import { errorCode, errorText } from '../errors';
import { answerOfSocket } from '../probes/answers';
import { ProbeTimeout, withDeadline } from '../probes/deadline';
import { connectTo } from '../probes/look';

type TelegramSettings = KingfisherSettings['telegram'];

/** A name that its server knows not to be. Any other failure is one of the way to that server, or of the server. */
const UNKNOWN_NAME = ['ENOTFOUND', 'ENODATA', 'EAI_NONAME', 'EAI_NODATA'];

/** How the name of a host becomes addresses. */
export type Lookup = (name: string) => Promise<string[]>;

/** As KingFisher itself does: by the host's resolver, with its hosts file. */
const lookUp: Lookup = async (name) => (await dns.lookup(name, { all: true })).map(({ address }) => address);

/** The way out of this host: to Telegram, to another host by its name, and to one that needs none; at the same time. */
export async function lookAtWayOut(
  { apiUrl, reference, referenceAddress, timeoutMs }: TelegramSettings,
  signal?: AbortSignal,
  lookup: Lookup = lookUp,
): Promise<WayOut> {
  const way = async (url: string) => await wayTo(targetOf(url), { timeoutMs, signal, lookup });
  const [telegram, named, address] = await Promise.all([
    way(apiUrl),
    reference === null ? null : way(reference),
    referenceAddress === null ? null : way(`tcp://${referenceAddress}`),
  ]);
  return { telegram, reference: named, address, observedAt: new Date().toISOString() };
}

interface Going {
  timeoutMs: number;
  signal: AbortSignal | undefined;
  lookup: Lookup;
}

interface Target {
  host: string;
  port: number;
}

function targetOf(url: string): Target {
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'http:' ? 80 : 443) };
}

async function wayTo({ host, port }: Target, going: Going): Promise<WayTo> {
  const to = `${host}:${port}`;
  if (net.isIP(host) !== 0) return { to, name: 'address', ...(await connectToAny([host], port, going)) };
  const { timeoutMs, signal, lookup } = going;
  try {
    const addresses = await withDeadline(timeoutMs, signal, async () => await lookup(host));
    return { to, name: 'found', ...(await connectToAny(addresses, port, going)) };
  } catch (err) {
    signal?.throwIfAborted();
    const isUnknown = UNKNOWN_NAME.includes(errorCode(err));
    const detail = err instanceof ProbeTimeout ? err.message : errorCode(err) || errorText(err);
    return { to, name: isUnknown ? 'unknown' : 'unanswered', connect: null, detail };
  }
}

/** Each address at the same time: one family of them may have no way out. */
async function connectToAny(
  addresses: string[],
  port: number,
  going: Going,
): Promise<{ connect: Answer; detail: string }> {
  const tried = await Promise.all(
    addresses.slice(0, ADDRESSES_AT_MOST).map((address) => connect(address, port, going)),
  );
  return tried.find((one) => one.connect === 'ok') ?? tried[0] ?? { connect: 'error', detail: 'no address' };
}

const ADDRESSES_AT_MOST = 4;

async function connect(address: string, port: number, { timeoutMs, signal }: Going) {
  try {
    await withDeadline(timeoutMs, signal, async (deadline) => await connectTo({ host: address, port }, deadline));
    return { connect: 'ok' as const, detail: '' };
  } catch (err) {
    signal?.throwIfAborted();
    return { connect: answerOfSocket(err), detail: errorCode(err) || errorText(err) };
  }
}
