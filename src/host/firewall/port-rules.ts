import type { BlockingRule } from '../../shared/observations/probes';
import { errorText } from '../errors';
import { describeEnd } from '../programs/commands';
import type { CommandRunner } from '../programs/commands';
import { CommandNotStarted } from '../programs/program';
import { NFT } from '../settings-store/nft-table';
import { iptablesRules } from './iptables-rules';
import { nftRules } from './nft-rules';
import type { Target } from './nft-rules';

const TIMEOUT_MS = 5_000;
const OUTPUT_LIMIT_BYTES = 1024 * 1024;
const RULES_AT_MOST = 10;
const RULE_CHARACTERS = 300;
/** Rules of the older kernel interface, which nft does not list: of the first of each pair that is there. */
const OLDER = [
  ['/usr/sbin/iptables-legacy-save', '/usr/sbin/iptables-save'],
  ['/usr/sbin/ip6tables-legacy-save', '/usr/sbin/ip6tables-save'],
] as const;

export interface PortRules {
  rules: BlockingRule[];
  /** Why there may be others; empty where all were read. */
  unknown: string;
}

interface Listing {
  text: string;
  unknown: string;
}

/** Rules of this host that drop or reject TCP to a port, by its number: `grep 5672` does not find the rule for `amqp`. Reads only. */
export async function findBlockingRules(
  run: CommandRunner,
  target: Target,
  signal: AbortSignal | undefined,
): Promise<PortRules> {
  const [nft, ...older] = await Promise.all([
    list(run, NFT, ['--numeric', '--stateless', 'list', 'ruleset'], signal),
    ...OLDER.map(async ([legacy, usual]) => {
      const found = await list(run, legacy, [], signal);
      return found === undefined ? await list(run, usual, [], signal) : found;
    }),
  ]);
  const rules = [
    ...nftRules(nft?.text ?? '', target),
    // What goes to nftables is listed there already.
    ...older.flatMap((found) =>
      found === undefined || /\(nf_tables\)/.test(found.text) ? [] : iptablesRules(found.text, target),
    ),
  ];
  const isAnyThere = nft !== undefined || older.some((found) => found !== undefined);
  const unknown = [nft, ...older].map((found) => found?.unknown ?? '').filter((why) => why !== '');
  return {
    rules: rules.slice(0, RULES_AT_MOST).map(({ chain, rule }) => ({ chain, rule: rule.slice(0, RULE_CHARACTERS) })),
    unknown: isAnyThere ? unknown.join('; ') : `this host has no ${NFT}, and no iptables-save`,
  };
}

/** Undefined where there is no such program. */
async function list(
  run: CommandRunner,
  program: string,
  args: string[],
  signal: AbortSignal | undefined,
): Promise<Listing | undefined> {
  try {
    const result = await run({ program, args, timeoutMs: TIMEOUT_MS, outputLimitBytes: OUTPUT_LIMIT_BYTES, signal });
    const why = result.exitCode === 0 ? '' : result.stderr.trim().split('\n')[0]! || describeEnd(result);
    const cut = result.truncated ? `${program} lists more than ${OUTPUT_LIMIT_BYTES} bytes` : '';
    return { text: result.stdout, unknown: why === '' ? cut : `${program}: ${why.slice(0, RULE_CHARACTERS)}` };
  } catch (err) {
    signal?.throwIfAborted();
    if (err instanceof CommandNotStarted) return undefined;
    return { text: '', unknown: `${program}: ${errorText(err)}` };
  }
}
