import { HostError, errorText } from '../errors';
import { describeEnd } from '../programs/commands';
import type { CommandResult, CommandRunner } from '../programs/commands';
import { parseNetwork } from '../network';
import type { Network } from '../network';

export const NFT = '/usr/sbin/nft';
const TIMEOUT_MS = 5_000;
const OUTPUT_LIMIT_BYTES = 1024 * 1024;
const TABLE = 'inet halcyon';
const SETS = { ipv4: 'blocked4', ipv6: 'blocked6' } as const;

/**
 * Halcyon's own table as it shall be. Before the usual filter: what people accept there is dropped all the same. The chain is
 * emptied and filled in one transaction, so that its rules stand there once, and there is no moment without them.
 */
const WANTED = [
  `add table ${TABLE}`,
  `add set ${TABLE} ${SETS.ipv4} { type ipv4_addr; flags interval, timeout; }`,
  `add set ${TABLE} ${SETS.ipv6} { type ipv6_addr; flags interval, timeout; }`,
  `add chain ${TABLE} input { type filter hook input priority filter - 10; policy accept; }`,
  `flush chain ${TABLE} input`,
  `add rule ${TABLE} input ip saddr @${SETS.ipv4} drop`,
  `add rule ${TABLE} input ip6 saddr @${SETS.ipv6} drop`,
];

/** What the kernel drops now. */
export interface Blocked {
  network: Network;
  /** Until the kernel ends it by itself; undefined for one that somebody blocked for good. */
  endsInMs: number | undefined;
}

/** One address or network: whether the kernel drops what comes from it. All in the table `inet halcyon`, and nowhere else. */
export interface NftTable {
  /** For people. */
  place(network: Network): string;
  list(signal?: AbortSignal): Promise<Blocked[]>;
  /** In place of an end that it had: false, with nothing changed, where `isThere` is not true any more. */
  add(network: Network, endsInMs: number, isThere: boolean, signal?: AbortSignal): Promise<boolean>;
  /** False where it was not there. */
  remove(network: Network, signal?: AbortSignal): Promise<boolean>;
}

export function createNftTable(run: CommandRunner): NftTable {
  const element = ({ family, text }: Network, more = '') => `element ${TABLE} ${SETS[family]} { ${text}${more} }`;
  return {
    place: ({ family }) => `nftables, table ${TABLE}, set ${SETS[family]}`,
    async list(signal) {
      const result = await nft(['--json', 'list', 'table', ...TABLE.split(' ')], { signal });
      if (result.exitCode === 0) return parseListing(result);
      if (isMissing(result.stderr)) return [];
      throw failed('list its table', result);
    },
    async add(network, endsInMs, isThere, signal) {
      const add = `add ${element(network, ` timeout ${Math.ceil(endsInMs)}ms`)}`;
      // An element that is there keeps its end: it has to go first, in the same transaction.
      return await write([...(isThere ? [`delete ${element(network)}`] : WANTED), add], isThere, signal);
    },
    async remove(network, signal) {
      return await write([`delete ${element(network)}`], true, signal);
    },
  };

  async function write(script: string[], mayBeGone: boolean, signal?: AbortSignal): Promise<boolean> {
    const result = await nft(['-f', '-'], { signal, input: `${script.join('\n')}\n` });
    if (result.exitCode === 0) return true;
    if (mayBeGone && isMissing(result.stderr)) return false;
    throw failed('change its table', result);
  }

  async function nft(
    args: string[],
    more: { signal?: AbortSignal | undefined; input?: string },
  ): Promise<CommandResult> {
    return await run({
      ...more,
      program: NFT,
      args,
      timeoutMs: TIMEOUT_MS,
      outputLimitBytes: OUTPUT_LIMIT_BYTES,
      remedy: 'install the package nftables',
    });
  }
}

/** Table, set or element. */
function isMissing(stderr: string): boolean {
  return /No such file or directory|element does not exist/.test(stderr);
}

function failed(what: string, result: CommandResult): HostError {
  const { stderr } = result;
  if (/Operation not permitted|you must be root/.test(stderr)) {
    return new HostError('NotConfigured', `nft may not ${what}: the agent needs to be root, with CAP_NET_ADMIN`);
  }
  if (/not supported|Unable to initialize Netlink/i.test(stderr)) {
    const remedy = 'this kernel has no nf_tables, or it is not loaded: modprobe nf_tables';
    return new HostError('NotConfigured', `nft cannot ${what} (${firstLine(stderr)}): ${remedy}`);
  }
  const how = result.timedOut || stderr === '' ? describeEnd(result) : firstLine(stderr);
  return new HostError('ObservationFailed', `nft could not ${what}: ${how}`);
}

function firstLine(stderr: string): string {
  return stderr.trim().split('\n')[0]!.slice(0, 300);
}

/** As `nft --json` prints it, as far as it is read here. */
interface Listing {
  nftables: { set?: { name: string; elem?: Element[] } }[];
}

type Value = string | { prefix: { addr: string; len: number } } | { range: string[] };
type Element = Value | { elem: { val: Value; expires?: number } };

function parseListing({ stdout, truncated }: CommandResult): Blocked[] {
  if (truncated)
    throw new HostError('ObservationFailed', `the table ${TABLE} is longer than ${OUTPUT_LIMIT_BYTES} bytes`);
  try {
    const { nftables } = JSON.parse(stdout) as Listing;
    return nftables.flatMap(({ set }) => (set?.elem ?? []).flatMap(parseElement));
  } catch (err) {
    throw new HostError('ObservationFailed', `nft listed its table in a form that is not known: ${errorText(err)}`);
  }
}

/** Nothing for a range, which Halcyon does not make: whatever overlaps it the kernel refuses. */
function parseElement(element: Element): Blocked[] {
  const { val, expires } = typeof element === 'object' && 'elem' in element ? element.elem : { val: element };
  if (typeof val === 'object' && 'range' in val) return [];
  const network = parseNetwork(typeof val === 'string' ? val : `${val.prefix.addr}/${val.prefix.len}`);
  if (network === undefined) return [];
  return [{ network, endsInMs: expires === undefined ? undefined : expires * 1_000 }];
}
