import type { AgentSettings, FamilySettings } from '../../../host/agent-settings';
import { readAccessLog } from '../../../host/logs/access/access-log';
import type { ReadLog } from '../../../host/logs/access/access-log';
import type { Counted } from '../../../host/logs/access/byte-counts';
import { networkAround, parseAddress, parseNetwork } from '../../../host/network';
import type { Network } from '../../../host/network';
import type { Redact } from '../../../host/redact';
import { notConfigured } from '../../../host/services/service-managers';
import { whyNever } from '../../../host/settings-store/nftables';
import type { AccessClient, AccessSource, AccessState, AnswerCounts } from '../../../shared/observations/access';
import type { ReadingRequest } from '../../../shared/observations/readings';
import { accessStanding } from '../../../shared/observations/standing';
import type { HostDeps } from '../core/deps';
import type { Pace, Reading } from '../watch/reading';
import { asActivity } from '../core/run';

/** As many of each kind leave the host. */
const TOLD = { addresses: 20, networks: 10, clients: 20, clientsOfOne: 5 };
const NAME_CHARACTERS = 64;
/** What a file of a week may take to be read is not asked for. */
const LONGEST_MS = 7 * 86_400_000;
/** From one look at the end of the log to the next. */
const POLL_MS: Record<Pace, number> = { quick: 500, calm: 5_000 };

export interface AccessActivities {
  /**
   * C: how the requests of the last `windowMs` were answered, by address, network and client, from the access log. Errors:
   * `NotConfigured`, `ObservationFailed`, `UnsafeSelector`.
   */
  observeAccess(input: { windowMs: number }): Promise<AccessState>;
}

/** C: the document's `grep 40[13] access.log | awk | sort | uniq -c`, of a window of time and from the log's end. */
export function createAccessActivities(deps: HostDeps): AccessActivities {
  return {
    observeAccess: asActivity(deps.redact, async ({ signal }, { windowMs }) => {
      return await lookAtAccess(deps, windowMs, signal);
    }),
  };
}

/** Until few requests are refused. A log that is not there says nothing, and that is not well. */
export function violationsReading(
  deps: HostDeps,
  { atMost, withinMs }: ReadingRequest<'violations'>,
  pace: Pace,
  signal: AbortSignal,
): Reading<AccessState> {
  return {
    everyMs: { well: POLL_MS[pace], notWell: POLL_MS[pace] },
    look: async () => {
      const access = await lookAtAccess(deps, withinMs, signal);
      return { standing: accessStanding(access, atMost), observedAt: access.observedAt, tell: () => access };
    },
  };
}

async function lookAtAccess(
  { settings, redact }: HostDeps,
  windowMs: number,
  signal: AbortSignal,
): Promise<AccessState> {
  const { accessLog } = settings.kingfisher;
  if (accessLog === 'none') throw notConfigured('kingfisher.accessLog');
  const wantedMs = Math.min(Math.max(windowMs, 0), LONGEST_MS);
  const observedAt = new Date().toISOString();
  const read = await readAccessLog(accessLog, wantedMs, signal);
  return { path: accessLog, windowMs: wantedMs, observedAt, ...told(read, settings, redact) };
}

function told(
  { evidence, detail, tally }: ReadLog,
  settings: AgentSettings,
  redact: Redact,
): Omit<AccessState, 'path' | 'windowMs' | 'observedAt'> {
  const family = familyOf(settings);
  const named = (name: string) => redact(name, NAME_CHARACTERS).replace(/\n/g, ' ');
  const pairs = tally.pairs.refused();
  const addresses = tally.addresses.refused();
  const { lines, unread, ahead, oldest } = tally;
  return {
    evidence,
    detail,
    lines,
    unread,
    ahead,
    oldest: lines === 0 ? null : new Date(oldest).toISOString(),
    counts: countsOf(tally.counts),
    addresses: addresses.slice(0, TOLD.addresses).map((one) => addressOf(one, pairs, family, named)),
    networks: tally
      .networks()
      .slice(0, TOLD.networks)
      .map((one) => networkOf(one, pairs, family, named)),
    clients: clientsOf(tally.clients.refused(), settings.kingfisher.clients, named),
    refusedAddresses: addresses.length,
    notKept: tally.addresses.notKept,
  };
}

/** What is no address, such as a host's name, cannot be blocked. */
function addressOf(
  { key, counts }: Counted,
  pairs: Counted[],
  family: FamilySettings | undefined,
  named: (name: string) => string,
): AccessSource {
  const address = parseAddress(key);
  const clients = pairs.filter((pair) => pair.key.startsWith(`${key} `)).slice(0, TOLD.clientsOfOne);
  return {
    name: address?.text ?? named(key),
    counts: countsOf(counts),
    clients: clients.map((pair) => named(nameIn(pair.key))),
    never: address === undefined ? 'it is no address' : never(address, family),
  };
}

/** Of `203.0.113.9 - trading-ui` the client. */
function nameIn(pair: string): string {
  return pair.split(' ').slice(2).join(' ');
}

function networkOf(
  { key, counts }: Counted,
  pairs: Counted[],
  family: FamilySettings | undefined,
  named: (name: string) => string,
): AccessSource {
  const within = pairs.filter((pair) => networkIn(pair.key) === key).map((pair) => nameIn(pair.key));
  const clients = [...new Set(within)].slice(0, TOLD.clientsOfOne).map(named);
  return { name: key, counts: countsOf(counts), clients, never: never(parseNetwork(key)!, family) };
}

function networkIn(pair: string): string | undefined {
  const address = parseAddress(pair.split(' ')[0]!);
  return address === undefined ? undefined : networkAround(address).text;
}

function never(network: Network, family: FamilySettings | undefined): string | null {
  return whyNever(network, family) ?? null;
}

/** Known ones are never left out: what becomes of them is what a page asks about. */
function clientsOf(refused: Counted[], known: string[], named: (name: string) => string): AccessClient[] {
  const isKnown = ({ key }: Counted) => known.includes(key);
  const first = [...refused.filter(isKnown), ...refused.filter((one) => !isKnown(one))].slice(0, TOLD.clients);
  return refused
    .filter((one) => first.includes(one))
    .map((one) => ({ name: named(one.key), counts: countsOf(one.counts), isKnown: isKnown(one) }));
}

function familyOf({ settings }: AgentSettings): FamilySettings | undefined {
  return Object.values(settings).find((one) => one.format === 'nftables');
}

function countsOf([unauthorized = 0, forbidden = 0, limited = 0, other = 0]: number[]): AnswerCounts {
  return { unauthorized, forbidden, limited, other };
}
