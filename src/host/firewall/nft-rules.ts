import type { BlockingRule } from '../../shared/observations/probes';
import { isForOtherWays } from './other-ways';

/** Where a packet goes: TCP, to a port of this host or of another one. */
export interface Target {
  port: number;
  /** What may be its address where that is of this host: then it goes over `lo`. Empty for another host. */
  own: readonly string[];
}

/** A port, a range, a list in braces, or a set by its name; `!=` or `vmap` before it. */
const DESTINATION = /\b(?:tcp|th) dport (!= |vmap )?(\{[^}]*\}|@\S+|[\d-]+)/;

/**
 * What of `nft --numeric list ruleset` drops or rejects it: rules that name its port; where there is none, chains of what
 * comes in or goes out whose policy drops, and that accept it nowhere.
 */
export function nftRules(listing: string, target: Target): BlockingRule[] {
  const { chains, sets } = parseListing(listing);
  const named = chains.flatMap(({ table, name, rules }) =>
    untilLo(rules)
      .filter((rule) => isBlocking(rule, table))
      .map((rule) => ({ chain: `${table} ${name}`, rule })),
  );
  if (named.length > 0) return named;
  return chains
    .filter(({ table, hook, rules }) => isDropping(hook) && !rules.some((rule) => isAccepting(rule, table)))
    .map(({ table, name, hook }) => ({ chain: `${table} ${name}`, rule: hook }));

  function isBlocking(rule: string, table: string): boolean {
    const said = withoutComment(rule);
    return /\b(drop|reject)\b/.test(said) && isAbout(rule, table, /drop/) && !isForOtherWays(rule, target.own);
  }

  /** What comes after a rule that lets pass whatever stays on this host is not asked of it. */
  function untilLo(rules: string[]): string[] {
    const at = rules.findIndex(isAcceptingLo);
    return at === -1 ? rules : rules.slice(0, at);
  }

  function isAcceptingLo(rule: string): boolean {
    return target.own.length > 0 && ACCEPTING_LO.test(rule);
  }

  /** Also one that sends it to another chain, and one that lets pass whatever stays on this host. */
  function isAccepting(rule: string, table: string): boolean {
    if (isAcceptingLo(rule)) return true;
    return /\b(accept|jump|goto)\b/.test(withoutComment(rule)) && isAbout(rule, table, /accept|jump|goto/);
  }

  function isAbout(rule: string, table: string, verdict: RegExp): boolean {
    const [, how = '', ports = ''] = DESTINATION.exec(withoutComment(rule)) ?? [];
    if (ports === '') return false;
    const listed = ports.startsWith('@') ? (sets.get(`${table} ${ports.slice(1)}`) ?? '') : ports;
    const parts = listed.replaceAll(/[{}]/g, '').split(',');
    if (how === 'vmap ') return parts.some((part) => verdict.test(part) && holds(part.split(':')[0]!, target.port));
    return parts.some((part) => holds(part, target.port)) !== (how === '!= ');
  }
}

/** `iif "lo" accept`, `iifname lo counter accept` */
const ACCEPTING_LO = /^[io]if(?:name)? "?lo"? (?:counter )?accept\b/;

interface Chain {
  /** `inet filter` */
  table: string;
  name: string;
  /** `type filter hook input priority 0; policy drop;`, empty for a chain that only others jump to. */
  hook: string;
  rules: string[];
}

/** Chains in their order, and what the sets hold by table and name. */
function parseListing(listing: string): { chains: Chain[]; sets: Map<string, string> } {
  const chains: Chain[] = [];
  const sets = new Map<string, string>();
  for (const [, table = '', body = ''] of listing.matchAll(/^table (\w+ \S+) \{$(.*?)^\}$/gms)) {
    for (const [, kind, name = '', lines = ''] of body.matchAll(/^\t(chain|set) (\S+) \{$(.*?)^\t\}$/gms)) {
      if (kind === 'set') {
        sets.set(`${table} ${name}`, /elements = \{([^}]*)\}/.exec(lines)?.[1] ?? '');
        continue;
      }
      const [first = '', ...rest] = lines.split('\n').flatMap((line) => line.trim() || []);
      const isHook = first.startsWith('type ');
      const rules = isHook || first === '' ? rest : [first, ...rest];
      chains.push({ table, name, hook: isHook ? first : '', rules });
    }
  }
  return { chains, sets };
}

/** What people wrote beside a rule is no part of it. */
function withoutComment(rule: string): string {
  return rule.replaceAll(/"[^"]*"/g, '""');
}

function holds(ports: string, port: number): boolean {
  const [from = NaN, to = from] = ports.trim().split('-').map(Number);
  return from <= port && port <= to;
}

function isDropping(hook: string): boolean {
  return /hook (input|output) .*policy drop/.test(hook);
}
