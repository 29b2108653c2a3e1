import type { BlockingRule } from '../../shared/observations/broker';

/** What of `iptables-save` drops or rejects TCP to this port: rules that name it. */
export function iptablesRules(listing: string, port: number): BlockingRule[] {
  let table = '';
  return listing.split('\n').flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1).trim();
    const [, chain = ''] = /^-A (\S+) /.exec(line) ?? [];
    if (chain === '' || !/ -j (DROP|REJECT)\b/.test(line) || !isAbout(line, port)) return [];
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
