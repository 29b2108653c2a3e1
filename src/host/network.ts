import { SocketAddress, isIP } from 'node:net';

/** An address, or all addresses that begin with the same bits. */
export interface Network {
  /** As everybody writes it: `203.0.113.9`, `2001:db8::/64`. One network has one text. */
  text: string;
  family: 'ipv4' | 'ipv6';
  bits: bigint;
  /** How many leading bits count. */
  prefix: number;
  /** No bit is set behind the prefix: `203.0.113.0/24`, and not `203.0.113.9/24`. */
  isWhole: boolean;
}

const LENGTH = { ipv4: 32, ipv6: 128 } as const;

/**
 * Undefined for what is neither an address nor a network. An IPv4 address in the clothes of IPv6 (`::ffff:203.0.113.9`) is
 * none, nor is one with a zone: the kernel sees neither in a packet.
 */
export function parseNetwork(text: string): Network | undefined {
  const [written = '', length, ...more] = text.split('/');
  const version = isIP(written);
  if (version === 0 || more.length > 0 || written.includes('%')) return undefined;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const { address } = new SocketAddress({ address: written, family });
  if (family === 'ipv6' && address.includes('.')) return undefined;
  if (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const most = LENGTH[family];
  const prefix = Number(length ?? most);
  if (prefix > most) return undefined;
  const bits = family === 'ipv4' ? bitsOfIpv4(address) : bitsOfIpv6(address);
  const isWhole = BigInt.asUintN(most - prefix, bits) === 0n;
  return { text: prefix === most ? address : `${address}/${prefix}`, family, bits, prefix, isWhole };
}

export function contains(outer: Network, inner: Network): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  const behind = BigInt(LENGTH[outer.family] - outer.prefix);
  return outer.bits >> behind === inner.bits >> behind;
}

export function overlap(one: Network, other: Network): boolean {
  return contains(one, other) || contains(other, one);
}

/** Of an address as Node prints it. */
function bitsOfIpv4(address: string): bigint {
  return address.split('.').reduce((all, octet) => (all << 8n) | BigInt(octet), 0n);
}

function bitsOfIpv6(address: string): bigint {
  const [head = [], tail] = address.split('::').map((side) => side.split(':').filter(Boolean));
  const zeros = tail === undefined ? [] : Array<string>(8 - head.length - tail.length).fill('0');
  return [...head, ...zeros, ...(tail ?? [])].reduce((all, group) => (all << 16n) | BigInt(`0x${group}`), 0n);
}

/** Who would be hit together: addresses of one network usually have one owner. */
const AROUND = { ipv4: 24, ipv6: 64 } as const;

/** The network that an address is in, as wide as those that one owner has at the least. */
export function networkAround({ family, bits }: Network): Network {
  const prefix = AROUND[family];
  const most = LENGTH[family];
  const whole = (bits >> BigInt(most - prefix)) << BigInt(most - prefix);
  return { text: `${textOf(family, whole)}/${prefix}`, family, bits: whole, prefix, isWhole: true };
}

/**
 * An address as programs write it: one of IPv4 in the clothes of IPv6 is what it means, a zone and a port are left out.
 * Undefined for what is no single address.
 */
export function parseAddress(text: string): Network | undefined {
  const bare = /^\[([0-9a-fA-F:.]+)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/%.*$/, '');
  const within = bare.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  return within.includes('/') ? undefined : parseNetwork(within);
}

function textOf(family: Network['family'], bits: bigint): string {
  if (family === 'ipv4') return [24n, 16n, 8n, 0n].map((by) => (bits >> by) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((bits >> BigInt(112 - at * 16)) & 0xffffn).toString(16));
  return new SocketAddress({ address: groups.join(':'), family }).address;
}
