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

/** Critical before everything else, then by age. */
export function byUrgency(a: TurnRequest, b: TurnRequest): number {
  const rank = ({ severity }: TurnRequest) => (severity === 'critical' ? 0 : 1);
  const age = a.startsAt < b.startsAt ? -1 : a.startsAt > b.startsAt ? 1 : 0;
  return rank(a) - rank(b) || age || (a.incidentId < b.incidentId ? -1 : 1);
}
