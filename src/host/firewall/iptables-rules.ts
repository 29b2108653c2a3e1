import type { BlockingRule } from '../../shared/observations/probes';
import type { Target } from './nft-rules';
import { isForOtherWays } from './other-ways';

/** What of `iptables-save` drops or rejects TCP to this port: rules that name it. */
export function iptablesRules(listing: string, { port, own }: Target): BlockingRule[] {
  let table = '';
  /** Chains that have let pass whatever stays on this host. */
  const passed = new Set<string>();
  return listing.split('\n').flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1).trim();
    const [, chain = ''] = /^-A (\S+) /.exec(line) ?? [];
    if (own.length > 0 && /^-A \S+ -[io] lo -j ACCEPT$/.test(line)) passed.add(`${table} ${chain}`);
    if (chain === '' || passed.has(`${table} ${chain}`) || !/ -j (DROP|REJECT)\b/.test(line)) return [];
    if (!isAbout(line, port) || isForOtherWays(line, own)) return [];
    return [{ chain: `iptables ${table} ${chain}`, rule: line }];
  });
}

/** `--dport 5672`, `! --dport 1:1000`, `--dports 80,5000:6000`. */
function isAbout(line: string, port: number): boolean {
  const [, not, ports = ''] = /(! )?--dports? ([\d,:]+)/.exec(line) ?? [];
  if (ports === '' || / -p (?!tcp\b)/.test(line)) return false;
  const isNamed = ports.split(',').some((part) => {
    const [from = NaN, to = from] = part.split(':').map(Number);
    return from <= port && port <= to;
  });
  return not === undefined ? isNamed : !isNamed;
}
