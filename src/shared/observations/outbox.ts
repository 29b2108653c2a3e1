import { WELL } from './standing';

/** How one of the places answered that may know how many events wait. Only `present` is a number. */
export type OutboxEvidence = 'present' | 'absent' | 'malformed' | 'failed';

/** What one of the two places said. */
export interface OutboxSource {
  evidence: OutboxEvidence;
  /** Events that wait to be published; null unless the evidence is present. */
  pending: number | null;
  /** Age of the oldest of them, in seconds; null where there is none, or nobody says. */
  oldestAgeS: number | null;
  /** What it answered where that is no number: masked, and cut. */
  detail: string;
}

/** The event that has waited longest: the head of the line. */
export interface OutboxHead {
  id: string;
  eventType: string;
  exchange: string;
  routingKey: string;
  createdAt: string;
  attempts: number;
  /** Null where it may be tried for ever. */
  maxAttempts: number | null;
  /** It may be tried now: no next attempt stands against it. */
  isDue: boolean;
  /** Events that came after it were published: it holds up nobody. Null where that could not be seen. */
  isOvertaken: boolean | null;
  /** Why the last attempt failed, masked and cut; empty where it says nothing. */
  error: string;
}

/** What only the table knows. */
export interface OutboxRows {
  head: OutboxHead | null;
  /** Events behind the head that have attempts left and may be tried now. */
  waitingBehind: number;
  /** Events that have no attempts left. */
  exhausted: number;
  /** When an event was published last; null where the table does not say. */
  lastPublishedAt: string | null;
}

/** One look at the outbox. */
export interface OutboxReading {
  /** By the endpoint, or by the table; the greater where both know one. Null where nobody could say: that is not none. */
  pending: number | null;
  oldestAgeS: number | null;
  /** KingFisher's own statistics. */
  endpoint: OutboxSource;
  /** The table in PostgreSQL; null where the host's configuration names none. */
  table: (OutboxSource & { rows: OutboxRows | null }) | null;
  observedAt: string;
}

/** Two looks, some time apart: where it goes. */
export interface OutboxState {
  first: OutboxReading;
  last: OutboxReading;
  apartMs: number;
}

export type OutboxDirection = 'falling' | 'level' | 'rising' | 'unknown';

export function directionOf(first: OutboxReading, last: OutboxReading): OutboxDirection {
  if (first.pending === null || last.pending === null) return 'unknown';
  if (last.pending < first.pending) return 'falling';
  return last.pending > first.pending ? 'rising' : 'level';
}

/** An event that has no attempts left, failed, and was overtaken by nobody, while others behind it could be published. */
export function isHeadExhausted({ table }: OutboxReading): boolean {
  const { head = null, waitingBehind = 0 } = table?.rows ?? {};
  if (head === null || head.isOvertaken !== false || waitingBehind === 0) return false;
  return head.maxAttempts !== null && head.attempts >= head.maxAttempts && head.error !== '';
}

/** The same event was at the head all the time, was due, has failed before, and nobody tried it: no other was tried either. */
export function isHeadStuck(first: OutboxReading, last: OutboxReading): boolean {
  const before = first.table?.rows?.head;
  const { head = null, waitingBehind = 0, lastPublishedAt = null } = last.table?.rows ?? {};
  if (head === null || head.isOvertaken !== false || waitingBehind === 0 || head.error === '') return false;
  if (before?.id !== head.id || lastPublishedAt !== first.table?.rows?.lastPublishedAt) return false;
  return isHeadExhausted(last) || (before.isDue && head.attempts === before.attempts);
}

/** The two places know numbers that mean different things: one is above the limit, the other is not. */
export function isContradictory({ endpoint, table }: OutboxReading, pendingAbove: number): boolean {
  if (endpoint.pending === null || table === null || table.pending === null) return false;
  return endpoint.pending > pendingAbove !== table.pending > pendingAbove;
}

/** How an outbox stands, in words that stay the same while nothing changes. Well is one within its limit, or one that falls. */
export function outboxStanding(reading: OutboxReading, pendingAbove: number, direction: OutboxDirection): string {
  const { pending } = reading;
  if (pending === null) return 'outbox cannot be read';
  if (pending <= pendingAbove || direction === 'falling') return WELL;
  const head = isHeadExhausted(reading) ? ', its oldest event has no attempts left' : '';
  return `outbox above its limit and not falling${head}`;
}

/** Where an event is. `gone`: it is in neither table; it was published and cleared away. */
export type EventPlace = 'waiting' | 'quarantined' | 'published' | 'gone';

/** An event that was moved out of the way, and can be put back. */
export interface QuarantinedEvent {
  id: string;
  eventType: string;
  reason: string;
  quarantinedAt: string;
}
