import type { Evidence } from './change';

/** Requests of an access log by how they were answered. All but `other` are violations. */
export interface AnswerCounts {
  /** 401: nobody knows who asks. */
  unauthorized: number;
  /** 403: known, and not allowed. */
  forbidden: number;
  /** 429: too many requests. */
  limited: number;
  other: number;
}

/** One address, or one network of addresses, in an access log. */
export interface AccessSource {
  /** `203.0.113.9`, `2001:db8::1`; of a network `203.0.113.0/24`, `2001:db8::/64`. */
  name: string;
  counts: AnswerCounts;
  /** Clients whose requests from there were refused, the most frequent first; few of them. */
  clients: string[];
  /** Why this host never blocks it, in words; null where it may. */
  never: string | null;
}

/** One client, by the name that the log has for it. */
export interface AccessClient {
  name: string;
  counts: AnswerCounts;
  /** The host's configuration names it. */
  isKnown: boolean;
}

/** What an access log says of a time. Bounded: the first of each list by their violations. */
export interface AccessState {
  path: string;
  /** `stale`: nothing was written for over an hour. */
  evidence: Evidence;
  /** What is wrong with it, or what is left out; empty where nothing is. */
  detail: string;
  windowMs: number;
  /** The oldest request that was counted; null where there was none. */
  oldest: string | null;
  lines: number;
  /** Lines that are no request: half written, in another format, or what somebody smuggled in. */
  unread: number;
  /** Dated later than the host's clock: not counted. */
  ahead: number;
  counts: AnswerCounts;
  addresses: AccessSource[];
  networks: AccessSource[];
  clients: AccessClient[];
  /** Addresses whose requests were refused, as far as they were kept. */
  refusedAddresses: number;
  /** Violations of addresses that there was no room to keep, for they had few each. */
  notKept: number;
  observedAt: string;
}

export function violationsOf({ unauthorized, forbidden, limited }: AnswerCounts): number {
  return unauthorized + forbidden + limited;
}

/** A token that was made for a client: where it is, and never what it is. */
export interface TokenState {
  client: string;
  /** On the host, for root alone. */
  path: string;
  isThere: boolean;
}
