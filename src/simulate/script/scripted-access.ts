import { ApplicationFailure } from '@temporalio/common';
import type { HostActivities } from '../../activities/host';
import { accessStanding } from '../../shared/observations/standing';
import type { AccessClient, AccessSource, AccessState, AnswerCounts } from '../../shared/observations/access';
import type { ScriptedReading } from './scripted-readings';

type Some<T extends { counts: AnswerCounts }> = Partial<Omit<T, 'counts'>> & {
  name: string;
  counts: Partial<AnswerCounts>;
};

const MINUTE_MS = 60_000;

/** An access log whose answers a test or a simulation scripts: who is refused, until somebody does something about it. */
export class ScriptedAccess {
  evidence: AccessState['evidence'] = 'present';
  /** Those that are refused, the most first. */
  addresses: AccessSource[] = [];
  networks: AccessSource[] = [];
  clients: AccessClient[] = [];
  /** Refused requests go on: the last minute has them, too. */
  isGoingOn = false;
  /** Addresses of which the last minute has none. */
  silent: string[] = [];
  /** Clients that have a new token. */
  readonly issued: string[] = [];

  constructor(private readonly now: () => string) {}

  /** So many requests of these sources are refused, each minute until `isGoingOn` ends. */
  begin({
    addresses = [],
    networks = [],
    clients = [],
  }: {
    addresses?: Some<AccessSource>[];
    networks?: Some<AccessSource>[];
    clients?: Some<AccessClient>[];
  }): void {
    this.addresses = addresses.map(sourceOf);
    this.networks = networks.map(sourceOf);
    this.clients = clients.map(({ name, counts, isKnown = true }) => ({ name, counts: countsOf(counts), isKnown }));
    this.isGoingOn = true;
  }

  state(windowMs = MINUTE_MS): AccessState {
    const isLast = windowMs <= MINUTE_MS;
    const isQuiet = isLast && !this.isGoingOn;
    const addresses = isQuiet ? [] : this.addresses.filter(({ name }) => !(isLast && this.silent.includes(name)));
    const counts = countsOf({});
    for (const one of addresses) add(counts, one.counts);
    const lines = Object.values(counts).reduce((all, count) => all + count, 0);
    return {
      path: '/var/log/kingfisher/access.log',
      evidence: this.evidence,
      detail: '',
      windowMs,
      oldest: lines === 0 ? null : this.now(),
      lines,
      unread: 0,
      ahead: 0,
      counts,
      addresses,
      networks: isQuiet ? [] : this.networks,
      clients: isQuiet ? [] : this.clients,
      refusedAddresses: addresses.length,
      notKept: 0,
      observedAt: this.now(),
    };
  }

  reading({ atMost, withinMs }: { atMost: number; withinMs: number }): ScriptedReading {
    const last = this.state(withinMs);
    return { standing: accessStanding(last, atMost), last };
  }

  activities(): Partial<HostActivities> {
    return {
      observeAccess: async ({ windowMs }) => this.state(windowMs),
      ensureTokenIssued: async ({ client, id }) => {
        const path = `/var/lib/halcyon/tokens/${client}.${id}`;
        const isThere = this.issued.includes(client);
        if (!this.clients.some(({ name, isKnown }) => isKnown && name === client)) {
          throw ApplicationFailure.nonRetryable(`${client} is no client of this host`, 'UnsafeSelector');
        }
        if (!isThere) this.issued.push(client);
        const state = { client, path, isThere };
        return { before: state, after: { ...state, isThere: true }, changed: !isThere, notes: [] };
      },
    };
  }
}

function sourceOf({ name, counts, clients = [], never = null }: Some<AccessSource>): AccessSource {
  return { name, counts: countsOf(counts), clients, never };
}

function countsOf(counts: Partial<AnswerCounts>): AnswerCounts {
  return { unauthorized: 0, forbidden: 0, limited: 0, other: 0, ...counts };
}

function add(all: AnswerCounts, more: AnswerCounts): void {
  for (const key of Object.keys(all) as (keyof AnswerCounts)[]) all[key] += more[key];
}
