import type { GuardPolicy, RefusalReason, TurnAnswer, TurnRequest } from '../../shared/safety/guard';
import type { GuardMemoryState } from './guard-memory';
import { unknownHost } from './known-host';
import type { KnownHostState } from './known-host';
import type { PausesState } from './pauses';

/** One run of an incident. */
export type IncidentRun = Pick<TurnRequest, 'incidentId' | 'runId'>;

/** Why there is no turn, in words too. */
export interface Refusal {
  reason: RefusalReason;
  detail: string;
}

/** An answer on its way to an incident. */
export type Addressed = IncidentRun & { answer: TurnAnswer };

/** Everything that a guard carries from run to run. Times are epoch milliseconds. */
export interface GuardState {
  lastToken: number;
  holder: {
    request: TurnRequest;
    token: number;
    since: number;
    seenAt: number;
    /** The host refused its token as too old: it gets a newer one when the host has said what it saw. */
    isStale?: boolean;
  } | null;
  queue: TurnRequest[];
  /** Answers that are final for their run: asked again, it hears the same. */
  refused: (IncidentRun & Refusal)[];
  paused: PausesState;
  host: KnownHostState;
  /** Of the newest request. */
  policy: GuardPolicy | null;
  memory: GuardMemoryState;
  /** Not said yet. */
  answers: Addressed[];
  /** When somebody wanted something of it last. */
  touchedAt: number;
  /** What happened last, for people. */
  recent: { at: number; text: string }[];
}

export function emptyState(now: number): GuardState {
  return {
    lastToken: 0,
    holder: null,
    queue: [],
    refused: [],
    paused: { pauses: [], nextReminderAt: null },
    host: unknownHost(now),
    policy: null,
    memory: { restarts: [], changed: [] },
    answers: [],
    touchedAt: now,
    recent: [],
  };
}

export function isSame(a: IncidentRun, b: IncidentRun): boolean {
  return a.incidentId === b.incidentId && a.runId === b.runId;
}

export function isOfPerson({ startedBy }: TurnRequest): boolean {
  return startedBy !== null;
}

/** What is down, and what a person started, before what is critical, before everything else; then by age. */
export function byUrgency(a: TurnRequest, b: TurnRequest): number {
  const age = a.startsAt < b.startsAt ? -1 : a.startsAt > b.startsAt ? 1 : 0;
  return rank(a) - rank(b) || age || (a.incidentId < b.incidentId ? -1 : 1);
}

/** It need not wait until the other is done with all that it does. */
export function isMoreUrgent(one: TurnRequest, other: TurnRequest): boolean {
  return rank(one) === 0 && rank(other) > 0;
}

/** Nothing of KingFisher works without these. */
const DOWN: readonly string[] = ['serviceDown', 'emergencyRecovery'];

function rank(request: TurnRequest): number {
  if (isOfPerson(request) || (DOWN.includes(request.runbook) && request.severity === 'critical')) return 0;
  return request.severity === 'critical' ? 1 : 2;
}
