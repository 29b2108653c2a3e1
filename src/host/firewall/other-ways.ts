import { BlockList, isIP } from 'node:net';

/**
 * Whether a rule is for packets on another way than those that stay on this host: these go over `lo`, from one of these
 * addresses to itself. Never so where that cannot be told, as by a set; nor for another host, of which no address is given.
 */
export function isForOtherWays(rule: string, own: readonly string[]): boolean {
  if (own.length === 0) return false;
  const said = rule.replace(COMMENT, '');
  return (
    matchesOf(said, INTERFACES).some(({ isNot, values }) => values.every(isName) && values.some(isLo) === isNot) ||
    matchesOf(said, ADDRESSES).some(({ isNot, values }) => {
      const listed = listOf(values);
      return listed !== undefined && own.some((address) => holds(listed, address)) === isNot;
    })
  );
}

const COMMENT = / (?:comment "[^"]*"|--comment (?:"[^"]*"|\S+))/;
/** Of nft, `iifname != { "eth0", "wg*" }`, and of iptables, `! -i eth0`. */
const INTERFACES = /\b[io]if(?:name)? (?<ne>!= )?(?<nft>\{[^}]*\}|\S+)|(?<not>! )?(?<=^| )-[io] (?<tables>\S+)/g;
/** `ip saddr != 10.0.0.0/8`, `! -s 10.0.0.0/8` */
const ADDRESSES = /\bip6? [sd]addr (?<ne>!= )?(?<nft>\{[^}]*\}|\S+)|(?<not>! )?(?<=^| )-[sd] (?<tables>\S+)/g;

function matchesOf(rule: string, pattern: RegExp): { isNot: boolean; values: string[] }[] {
  return [...rule.matchAll(pattern)].map(({ groups = {} }) => {
    const { ne, nft, not, tables } = groups;
    const values = (nft ?? tables ?? '').replaceAll(/[{}"]/g, '').split(',');
    return { isNot: ne !== undefined || not !== undefined, values: values.map((value) => value.trim()) };
  });
}

function isName(name: string): boolean {
  return name !== '' && !name.startsWith('@');
}

/** By its name, or by the start of it: `l*`, `l+`. */
function isLo(name: string): boolean {
  return name === 'lo' || (/[*+]$/.test(name) && 'lo'.startsWith(name.slice(0, -1)));
}

/** Undefined where one of them is no address, range or network. */
function listOf(values: readonly string[]): BlockList | undefined {
  const list = new BlockList();
  for (const value of values) {
    const [first = '', last = first] = value.split('-');
    const [address = '', bits] = first.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(address) === 0 || (bits === undefined && isIP(last) !== isIP(address))) return undefined;
    if (bits === undefined) list.addRange(address, last, family);
    else if (/^\d+$/.test(bits) && Number(bits) <= (family === 'ipv6' ? 128 : 32)) {
      list.addSubnet(address, Number(bits), family);
    } else return undefined;
  }
  return list;
}

function holds(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
