import { violationsOf } from '../../shared/observations/access';
import type { AccessClient, AccessSource, AccessState, AnswerCounts } from '../../shared/observations/access';
import { riseIn } from '../../shared/observations/series';
import { listed } from '../../shared/text/text';
import { countsText, sourceText } from '../steps/access';
import { ALERT_MS } from './security-violations-diagnosis';
import type { Diagnosis } from './security-violations-diagnosis';

/** What the access log is evidence of. Each names what it counted; undefined, or nobody, where it is not so. */

/** More good answers than this within a day are those of people. */
const GOOD_ANSWERS = 100;
const NAMES_TOLD = 5;

export type Counted = Pick<Diagnosis, 'access' | 'now' | 'review' | 'limits' | 'blocked'>;

/** What one minute at the least says; two readings of /metrics are seconds apart, and one violation is many then. */
const RISEN = 3;

/** The metric counts violations, and the log shows none: one of them is wrong, and who it is cannot be said. */
export function unseenByLog({ access, violations, limits }: Diagnosis): string | undefined {
  const risen = riseIn(violations, ALERT_MS);
  const counted = violations?.series.reduce((all, { value }) => all + value, 0) ?? 0;
  if (access === undefined || risen === undefined || risen <= limits.violationsPer5m || counted < RISEN)
    return undefined;
  if (access.evidence === 'present' && violationsOf(access.counts) > 0) return undefined;
  return `${violations?.name} rises by ${Math.round(risen)} in 5 minutes, and ${access.path} shows no refused request`;
}

/** Known clients that are answered mostly, and refused because they are just over their limit. */
export function overTheLimit(found: Counted): string | undefined {
  const { access, limits } = found;
  if (access === undefined) return undefined;
  const left = countsLeft(found, access);
  if (!isMost(left.limited, violationsOf(left), limits.share)) return undefined;
  const known = access.clients.filter(({ isKnown, counts }) => isKnown && counts.limited > 0);
  const theirs = sum(known, ({ counts }) => counts.limited);
  if (!isMost(theirs, left.limited, limits.share)) return undefined;
  if (known.some(({ counts }) => counts.limited > counts.other)) return undefined;
  return `429 to known clients, which are answered mostly: ${namesOf(known)}`;
}

/** The one known client that is refused for its token, and not answered any more. */
export function withoutToken(found: Counted): AccessClient | undefined {
  const { access, limits } = found;
  if (access === undefined) return undefined;
  const left = countsLeft(found, access);
  if (!isMost(left.unauthorized, violationsOf(left), limits.share)) return undefined;
  const [client] = access.clients.filter(({ isKnown }) => isKnown).sort(byUnauthorized);
  if (client === undefined || !isMost(client.counts.unauthorized, left.unauthorized, limits.share)) {
    return undefined;
  }
  return client.counts.other <= client.counts.unauthorized / 10 ? client : undefined;
}

/** Few sources from which most comes that is refused. */
export interface Attack {
  sources: AccessSource[];
  evidence: string;
}

/** Addresses, or else networks, that may be blocked, and from which most of what is refused comes. */
export function attackOf(found: Counted): Attack | undefined {
  const { access, limits } = found;
  if (access === undefined) return undefined;
  const left = violationsOf(countsLeft(found, access));
  const candidates = [access.addresses, access.networks].map((all) => all.filter((one) => isAttacker(one, found)));
  // Many addresses of one network are one source, where the host allows so wide a block.
  for (const few of candidates.map((all) => all.slice(0, limits.attackers))) {
    const sources = fewest(few, left, limits.share);
    const theirs = sum(sources, ({ counts }) => violationsOf(counts));
    if (!isMost(theirs, left, limits.share)) continue;
    const evidence = `${theirs} of ${left} refused requests come from ${listed(sources.map(sourceText))}`;
    return { sources, evidence };
  }
  return undefined;
}

/** Known clients are why: who else sends the rest does not matter. */
function isOfClients(found: Counted): boolean {
  return overTheLimit(found) !== undefined || withoutToken(found) !== undefined;
}

/** Why nobody may be blocked although few addresses send most of it: they stand for many. */
export function proxyOf(found: Counted): string | undefined {
  const { access, limits } = found;
  if (access === undefined || isOfClients(found)) return undefined;
  const left = violationsOf(countsLeft(found, access));
  const shared = access.addresses.filter((one) => !isOver(one, found) && isShared(one, found));
  const theirs = fewest(shared, left, limits.share);
  if (
    !isMost(
      sum(theirs, ({ counts }) => violationsOf(counts)),
      left,
      limits.share,
    )
  )
    return undefined;
  return theirs
    .map((one) => `${sourceText(one)}: ${whyShared(one, found)}`)
    .slice(0, NAMES_TOLD)
    .join('; ');
}

/** None of the others. */
export function manySources(found: Counted): string | undefined {
  const { access } = found;
  if (access === undefined) return undefined;
  const left = countsLeft(found, access);
  if (violationsOf(left) === 0) return undefined;
  if (isOfClients(found) || proxyOf(found) !== undefined || attackOf(found) !== undefined) return undefined;
  const most = [...access.addresses.slice(0, NAMES_TOLD), ...access.networks.slice(0, 1)].map(sourceText);
  return `${countsText(left)} from ${access.refusedAddresses} addresses; most from ${most.join(', ')}`;
}

/** Of a day, for those who look for a pattern. */
export function reviewText({ review }: Counted): string {
  if (review === undefined || review.evidence !== 'present') return 'the access log of the last day could not be read';
  const addresses = review.addresses.slice(0, NAMES_TOLD).map(sourceText).join(', ');
  const networks = review.networks.slice(0, 2).map(sourceText).join(', ');
  const since = review.oldest === null ? '' : ` since ${review.oldest.slice(0, 16)}Z`;
  return `${countsText(review.counts)} of ${review.lines} requests${since}, from ${review.refusedAddresses} addresses: ${addresses}; networks: ${networks}`;
}

/** Nobody's but an attacker's: it may be blocked, no known client uses it, and it is hardly ever answered. */
function isAttacker(source: AccessSource, found: Counted): boolean {
  return !isOver(source, found) && source.never === null && !isShared(source, found);
}

/** Nothing of it is refused any more: it is blocked, or has stopped. */
function isOver(source: AccessSource, found: Counted): boolean {
  if (isBlocked(source, found)) return true;
  const { now } = found;
  return now?.evidence === 'present' && !sameIn(source, now).some(({ counts }) => violationsOf(counts) > 0);
}

function isBlocked({ name }: AccessSource, { blocked }: Counted): boolean {
  return blocked.includes(name);
}

function isShared(source: AccessSource, found: Counted): boolean {
  return whyShared(source, found) !== undefined;
}

/** Why it is more than one client. */
function whyShared(source: AccessSource, { access, review }: Counted): string | undefined {
  if (source.never !== null) return source.never;
  const known = source.clients.filter((name) => access?.clients.some((one) => one.isKnown && one.name === name));
  if (known.length > 0) return `${listed(known)} comes from there`;
  const good = Math.max(...[source, ...sameIn(source, review)].map(goodAnswers));
  return good === 0 ? undefined : `${good} requests from there were answered well`;
}

function sameIn({ name }: AccessSource, review: AccessState | undefined): AccessSource[] {
  return [...(review?.addresses ?? []), ...(review?.networks ?? [])].filter((one) => one.name === name);
}

/** So many that they count; else 0. */
function goodAnswers({ counts }: { counts: AnswerCounts }): number {
  const isMany = counts.other > GOOD_ANSWERS || counts.other * 10 > violationsOf(counts) + counts.other;
  return isMany ? counts.other : 0;
}

/** The first that are most together. */
function fewest(sources: AccessSource[], all: number, share: number): AccessSource[] {
  const few: AccessSource[] = [];
  for (const source of sources) {
    if (
      isMost(
        sum(few, ({ counts }) => violationsOf(counts)),
        all,
        share,
      )
    )
      break;
    few.push(source);
  }
  return few;
}

/** Without those of sources that are over: the window began before they were. */
function countsLeft(found: Counted, { counts, addresses, networks }: AccessState): AnswerCounts {
  const gone = addresses.filter((one) => isOver(one, found));
  const blocked = networks.filter((one) => isBlocked(one, found));
  const left = (kind: keyof AnswerCounts) => {
    const of = (sources: AccessSource[]) => sum(sources, (one) => one.counts[kind]);
    // A network counts its addresses too: the larger sum has no request twice.
    return Math.max(0, counts[kind] - Math.max(of(gone), of(blocked)));
  };
  return {
    unauthorized: left('unauthorized'),
    forbidden: left('forbidden'),
    limited: left('limited'),
    other: left('other'),
  };
}

function byUnauthorized(a: AccessClient, b: AccessClient): number {
  return b.counts.unauthorized - a.counts.unauthorized;
}

function namesOf(clients: AccessClient[]): string {
  return clients
    .slice(0, NAMES_TOLD)
    .map(({ name, counts }) => `${name} (429: ${counts.limited}, answered: ${counts.other})`)
    .join(', ');
}

function isMost(part: number, all: number, share: number): boolean {
  return all > 0 && part * 100 >= all * share;
}

function sum<T>(all: T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
