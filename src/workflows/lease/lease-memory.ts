import type { EscalationPlan } from '../../shared/paging/escalation';
import type { LeaseNews, LeaseRequest, LeaseView, SettingValue } from '../../shared/safety/lease';
import type { RunLimit } from '../../shared/run-limit';

export interface LeaseInput extends RunLimit {
  host: string;
  setting: string;
  /** What the run before this one knew. */
  state?: LeaseMemory;
}

/** All that a lease knows; plain JSON, goes from run to run. */
export interface LeaseMemory {
  view: LeaseView;
  /** Values that Halcyon wrote or may have written: what stands there and is none of these is somebody's edit. */
  ours: SettingValue[];
  /** The value that is known to be in effect; null before the first. */
  inPlace: SettingValue | null;
  /** The wish that is being carried out: what is in effect stays as it is until this is. */
  wish: LeaseRequest | null;
  escalation: EscalationPlan | null;
  /** Wishes that came while the setting was being changed. */
  waiting: LeaseRequest[];
  /** Incidents that were told that the value is in effect, and must hear when it is no longer. */
  hearers: string[];
  failingSince: string | null;
  /** Who ended it before its time, and why; absent where nobody did. */
  ended?: { by: string; reason: string };
  /** Somebody's wish was tried: where no original is known after that, nothing was changed. */
  isTried: boolean;
  paged: boolean;
}

/** What a lease's decisions reach. */
export interface LeasePort {
  /** ISO 8601. */
  now(): string;
  /** Something is to be shown. */
  onChange(): void;
  /** To the incident of this workflow id. */
  tell(incident: string, news: LeaseNews): void;
}

export function newMemory({ host, setting }: LeaseInput, now: string): LeaseMemory {
  return {
    view: {
      host,
      setting,
      state: 'applying',
      original: null,
      value: '',
      current: null,
      owners: [],
      appliedAt: null,
      endsAt: now,
      endsThereAt: null,
      endedAt: null,
      notes: [],
      refusals: [],
    },
    ours: [],
    inPlace: null,
    wish: null,
    escalation: null,
    waiting: [],
    hearers: [],
    failingSince: null,
    isTried: false,
    paged: false,
  };
}

/** For a wish that comes when the lease is over. */
export function startAnew(memory: LeaseMemory): void {
  const nobody = { owners: [], appliedAt: null, endsThereAt: null, endedAt: null };
  Object.assign(memory.view, { original: null, current: null, ...nobody, state: 'applying' });
  Object.assign(memory, { ours: [], inPlace: null, hearers: [], isTried: false });
  delete memory.ended;
}

/** What is wrong with a wish, in words; undefined where nothing is. */
export function problemOf(wish: LeaseRequest, view: LeaseView): string | undefined {
  const isOurs = wish.host === view.host && wish.setting === view.setting;
  return isOurs ? undefined : `this is the lease of ${view.setting} on ${view.host}`;
}

export function valueText(value: SettingValue | null): string {
  return JSON.stringify(value);
}
