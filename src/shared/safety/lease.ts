import type { EscalationPlan } from '../paging/escalation';
import type { GuardPolicy } from './guard';
import type { Evidence } from '../observations/change';
import type { ChangePermit } from './permit';
import type { MadeChange } from '../timeline';

/** A temporary change with its original value, an owner and an end. Times are ISO 8601 in UTC, by Temporal's clock. */

/** A value of a setting: as it stands where it lives. */
export type SettingValue = string | number | boolean;

/**
 * Whose doing it is that a setting stands as it does. `unclear`: Halcyon wrote this value, and something else in the same
 * place was written since.
 */
export type ChangeHand = 'halcyon' | 'another' | 'unclear';

/** A change of Halcyon's, as the ledger of the host has it. */
export interface KnownChange {
  original: SettingValue;
  /** Whose the value is that stands there now. */
  hand: ChangeHand;
}

/** A setting of KingFisher as the agent found it. */
export interface SettingState {
  /** As under `agent.settings` of the host's halcyon.yaml: `openai.max_qps`; of a family, `blockedAddress[203.0.113.9]`. */
  setting: string;
  evidence: Evidence;
  /** Null unless present. */
  value: SettingValue | null;
  /** Changes with every write: an etag, or a digest of the file. */
  version: string;
  /** Where it lives: `config_entries`, or a file's path. */
  place: string;
  /** Where the place itself ends the value: so long from now. */
  endsInMs?: number;
  /** What the ledger of the host has of it; absent where it does not know of a change. */
  ledger?: KnownChange;
}

/** Who wants the deviation. Several owners may want the same one: it ends with the last. */
export interface LeaseOwner {
  /** Workflow id of an incident, or a person. */
  owner: string;
  reason: string;
  until: string;
}

export interface LeaseRequest extends LeaseOwner {
  /** Told back in `LeaseView.refusals`: whoever asked finds the answer by it. */
  id?: string;
  host: string;
  setting: string;
  value: SettingValue;
  /** Applied in the turn of whoever asks; or in one of its own, which it asks the guard for under this policy. */
  turn: { permit: ChangePermit } | { guard: GuardPolicy };
  /** Who is paged when the undo fails. */
  escalation: EscalationPlan;
}

/** What a page asks of a lease. */
export interface LeaseWish {
  setting: string;
  value: SettingValue;
  forMs: number;
  /** Why, for those who see it: `429 from OpenAI`. */
  reason: string;
  /** It stays for its time when its incident is over: who is blocked begins again when it is not. */
  outlives?: true;
}

/**
 * What became of a wish.
 * - `active`: the value is in effect.
 * - `overtaken`: somebody else's value stands there, and stays.
 * - `refused`: it is as it was before.
 */
export interface LeaseOutcome {
  state: 'active' | 'overtaken' | 'refused';
  /** In words; empty where it is active. */
  why: string;
}

/** What a lease tells an incident that asked for it, by signal `leaseChanged`. */
export interface LeaseNews {
  /** Of the request that this answers; absent where something became of a lease that was active. */
  id?: string;
  host: string;
  setting: string;
  state: LeaseOutcome['state'] | 'undone';
  /** The original value; null where nobody looked. */
  previous: SettingValue | null;
  /** Something was written for this request. */
  changed: boolean;
  why: string;
}

export type LeaseState =
  | 'applying'
  | 'active'
  | 'undoing'
  /** Somebody else wrote another value: it stays, and is reported. */
  | 'overtaken'
  | 'undone'
  /** A person gave it up while it could not be undone: nobody puts the original back. */
  | 'abandoned'
  /** Never took effect. */
  | 'refused';

/** The lease as it stands, by query `lease`. */
export interface LeaseView {
  host: string;
  setting: string;
  state: LeaseState;
  original: SettingValue | null;
  value: SettingValue;
  /** What was last seen there. */
  current: SettingValue | null;
  owners: LeaseOwner[];
  appliedAt: string | null;
  endsAt: string;
  /** When the place ends the value by itself, if nobody else did; null where it does not. */
  endsThereAt: string | null;
  endedAt: string | null;
  notes: string[];
  /** The last wishes that could not be carried out, and left everything as it was; `id` of their request. */
  refusals: { id: string; reason: string }[];
  /**
   * What was written for a person, and every undo: what was written for an incident stands in its own timeline. The last
   * ones; absent where there were none.
   */
  changes?: MadeChange[];
}

/** An owner needs it no longer; without an owner it ends for all. */
export interface LeaseRelease {
  owner?: string;
  by: string;
  reason: string;
}

export function isOver(state: LeaseState): boolean {
  return ['overtaken', 'undone', 'abandoned', 'refused'].includes(state);
}

/** A person gives up a lease that cannot be undone: its host is gone. */
export interface LeaseAbandonment {
  by: string;
  reason: string;
}

/** A person wants it for this long from now, such as `1h`. */
export interface LeaseExtension {
  by: string;
  for: string;
  reason: string;
}
