import type { ServiceName } from '../observations/service';

/** What the guard of a host and its incidents say to each other. Times are ISO 8601 in UTC, by Temporal's clock. */

/** `guard:` of halcyon.yaml; comes with each request, the newest counts. */
export interface GuardPolicy {
  /** Restarts of one service within an hour, over all incidents that alerts started. */
  restartsPerHour: number;
  /** So many incidents that changed something, within this time, mean that the host flaps. */
  flapping: { incidents: number; withinMs: number };
  /** How often a pause reminds of itself. */
  remindEveryMs: number;
}

/** An incident that wants to change its host. */
export interface TurnRequest {
  incidentId: string;
  /** With which it began: the same when it goes on in a new run, and after a reset. */
  runId: string;
  runbook: string;
  /** A service that is down and what a person started go first, then `critical`, then by age. */
  severity: string;
  startsAt: string;
  /** Who started it; budget and flap detection do not hold up a person. Null for an alert. */
  startedBy: string | null;
  policy: GuardPolicy;
  /** The agent refused this token, which this run had, as too old. */
  staleToken?: number;
}

export type RefusalReason = 'paused' | 'budget' | 'flapping';

/** What the guard says to an incident, by signal `turn`. */
export type TurnAnswer =
  | {
      kind: 'granted';
      token: number;
      /** Restarts that are left in this hour, by service; absent where there is no limit. */
      restartsLeft?: Partial<Record<ServiceName, number>>;
    }
  /** Another incident has the turn. Told again whenever the holder changes. */
  | { kind: 'queued'; holder: string; position: number }
  /** Final for this request; `resumed` follows a refusal because of a pause. */
  | { kind: 'refused'; reason: RefusalReason; detail: string }
  /** To the holder: somebody goes before it. It lends its turn for as long as it only looks whether its remedy helped. */
  | { kind: 'wanted'; by: string }
  /** To the holder: no new change from here on; running steps finish. */
  | { kind: 'paused'; by: string; reason: string; until: string }
  /** To the holder, and to those that were refused for the pause. */
  | { kind: 'resumed'; by: string };

/** As it is sent, by workflow id. `to`: whom it is for, by the run with which it began; a later incident may have its id. */
export type TurnMessage = TurnAnswer & { to?: string };

/** Before an incident makes a change that counts: to the guard, by signal `noteChange`. */
export interface ChangeNote {
  incidentId: string;
  runId: string;
  token: number;
  /** The service that is restarted; null for other changes. */
  restart: ServiceName | null;
  what: string;
}

/** The incident needs its turn no longer: to the guard, by signal `releaseTurn`. */
export interface TurnRelease {
  incidentId: string;
  runId: string;
  /** Halcyon changed something, or may have. */
  changed: boolean;
}

/** A person's pause; replaces the one that this person has already. `for` is a duration such as `2h`. */
export interface PauseRequest {
  by: string;
  reason: string;
  for?: string;
}

/** Ends the pauses of `by`, or with `all` everybody's. */
export interface ResumeRequest {
  by: string;
  reason?: string;
  all?: boolean;
}

export interface Pause {
  by: string;
  reason: string;
  since: string;
  until: string;
}

/** The pauses of a host as a list of its own, newer with each revision. */
export interface KeptPauses {
  revision: number;
  pauses: Pause[];
}

/** Whether it is such a list, whoever sent it. */
export function isKeptPauses(value: unknown): value is KeptPauses {
  const { revision, pauses } = (value ?? {}) as Partial<KeptPauses>;
  return Number.isSafeInteger(revision) && revision! >= 0 && Array.isArray(pauses) && pauses.every(isPause);
}

function isPause(value: unknown): value is Pause {
  const { by, reason, since, until } = (value ?? {}) as Partial<Record<keyof Pause, unknown>>;
  const areWords = [by, reason].every((one) => typeof one === 'string' && one !== '');
  return areWords && [since, until].every((one) => typeof one === 'string' && !Number.isNaN(Date.parse(one)));
}

/** What a host itself knows of who may change it. */
export interface HostLedger {
  /** The newest token that it saw; 0 where it saw none. */
  newest: { token: number; holder: string };
  /** Those that hold by the host's own clock. */
  kept: KeptPauses;
}

/** What an incident or a lease began to change in its turn; maintenance tells none. Of changes other than restarts, a turn's first. */
export interface ChangeMade {
  incidentId: string;
  runId: string;
  what: string;
  at: string;
}

/** The guard as it stands, by query `guard`. */
export interface GuardView {
  host: string;
  /** Pauses that are in force, one a person, oldest first. */
  pauses: Pause[];
  holder: { incidentId: string; runId: string; token: number; since: string } | null;
  queue: { incidentId: string; severity: string; startsAt: string }[];
  lastToken: number;
  /** Restarts within the last hour, by service. */
  restarts: Partial<Record<ServiceName, number>>;
  /** Incidents that changed something, within the flap window. */
  recentIncidents: number;
  /** The newest changes of the last day, oldest first. */
  changes: ChangeMade[];
}
