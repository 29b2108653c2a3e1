import { networkInterfaces } from 'node:os';
import type { SettingValue } from '../../shared/safety/lease';
import type { FamilySettings } from '../agent-settings';
import { HostError } from '../errors';
import type { CommandRunner } from '../programs/commands';
import { overlap, parseNetwork } from '../network';
import type { Network } from '../network';
import { createNftTable } from './nft-table';
import type { Blocked } from './nft-table';
import type { SettingStore } from './store';

/** A lease ends by itself; the kernel does it so long afterwards, when nobody else did. */
const KERNEL_LATER_MS = 10_000;

/** Whatever is written in the configuration: without these the host does not work, or nobody is blocked. */
const ALWAYS: [string, string[]][] = [
  ['loopback', ['127.0.0.0/8', '::1', '0.0.0.0/8', '::']],
  ['link-local: routers, neighbours and the metadata of clouds', ['169.254.0.0/16', 'fe80::/10']],
  ['multicast or reserved', ['224.0.0.0/3', 'ff00::/8']],
];

interface Member {
  run: CommandRunner;
  family: FamilySettings;
  network: Network;
  /** How long it shall be blocked, from now. */
  forMs?: number | undefined;
  /** Replaced in tests. @default the addresses of this host's interfaces */
  own?: () => string[];
}

/**
 * C: whether this host drops what comes from an address or a network. It is `blocked` or `unblocked`; a block has an end
 * that the kernel keeps by itself.
 */
export function createNftablesStore({ run, family, network, forMs, own = ownAddresses }: Member): SettingStore {
  const table = createNftTable(run);
  return {
    place: table.place(network),
    async read(signal) {
      const blocked = find(await table.list(signal), network);
      const value = blocked === undefined ? 'unblocked' : 'blocked';
      return {
        evidence: 'present',
        value,
        version: value,
        detail: '',
        ...(blocked?.endsInMs === undefined ? {} : { endsInMs: blocked.endsInMs }),
      };
    },
    async replace(found, value: SettingValue, signal) {
      if (value === 'unblocked') {
        // What it was before could not be put back: a block that somebody made for good.
        if (forMs !== undefined) throw refused(network, 'unblocked', 'give the lease back that blocks it');
        return await table.remove(network, signal);
      }
      if (forMs === undefined) throw refused(network, 'blocked', 'a block needs an end');
      refuseProtected(network, family, own());
      if (found.value === 'unblocked') refuseBeside(network, await table.list(signal), family);
      return await table.add(network, forMs + KERNEL_LATER_MS, found.value === 'blocked', signal);
    },
  };
}

function find(all: Blocked[], { text }: Network): Blocked | undefined {
  return all.find((one) => one.network.text === text);
}

/**
 * Why a network is never blocked on this host, in words; undefined where it may be, or where no setting says what may not.
 */
export function whyNever(
  network: Network,
  family: FamilySettings | undefined,
  own = ownAddresses(),
): string | undefined {
  for (const [what, networks] of [...ALWAYS, ["this host's own", own] as const]) {
    if (touches(network, networks) !== undefined) return `it is ${what}`;
  }
  if (family === undefined) return undefined;
  const least = family.widest[network.family];
  if (network.prefix < least) return `it is wider than /${least}, which "widest" allows`;
  const named = touches(network, family.never);
  return named === undefined ? undefined : `it touches ${named}, which "never" names`;
}

function refuseProtected(network: Network, family: FamilySettings, own: string[]): void {
  const why = whyNever(network, family, own);
  if (why !== undefined) throw refused(network, 'blocked', why);
}

function refuseBeside(network: Network, all: Blocked[], { atMost }: FamilySettings): void {
  const other = all.find((one) => overlap(one.network, network));
  // The kernel keeps no two ends for one address.
  if (other !== undefined)
    throw refused(network, 'blocked', `it overlaps ${other.network.text}, which is blocked already`);
  if (all.length >= atMost)
    throw refused(network, 'blocked', `${all.length} addresses are blocked already, "atMost" is ${atMost}`);
}

function touches(network: Network, texts: readonly string[]): string | undefined {
  return texts.find((text) => {
    const known = parseNetwork(text);
    // What cannot be read may be this one.
    return known === undefined || overlap(known, network);
  });
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
}

function refused({ text }: Network, what: 'blocked' | 'unblocked', reason: string): HostError {
  return new HostError('UnsafeSelector', `${text} is not ${what}: ${reason}; nothing was changed`);
}
