import { BlockList, isIP } from 'node:net';
import type { Config } from '../schema/config';

type Agent = NonNullable<Config['agent']>;

/** Of a family of addresses that is not allowed, and of one that could block this agent's own way to Temporal. */
export function familyWarnings({ allow, settings }: Agent, temporal: string): string[] {
  return Object.entries(settings).flatMap(([name, one]) => {
    if (one.format !== 'nftables') return [];
    if (!allow.includes('blockAddress')) {
      return [`agent.settings.${name}: agent.allow does not name blockAddress: no address is blocked`];
    }
    const address = temporal.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
    if (isProtected(address, one.never)) return [];
    return [
      `agent.settings.${name}.never: does not hold ${address} of temporal.address: a block would cut this agent off`,
    ];
  });
}

/** A name is not looked up: it may be another address tomorrow. */
function isProtected(address: string, never: string[]): boolean {
  const version = isIP(address);
  if (version === 0) return true;
  const list = new BlockList();
  for (const network of ['127.0.0.0/8', '::1/128', ...never]) {
    const [base = '', prefix] = network.split('/');
    const family = isIP(base) === 4 ? 'ipv4' : 'ipv6';
    list.addSubnet(base, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
