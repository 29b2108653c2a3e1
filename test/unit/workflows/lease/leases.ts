import type {
  LeaseNews,
  LeaseOwner,
  LeaseRequest,
  LeaseView,
  SettingState,
  SettingValue,
} from '../../../../src/shared/safety/lease';
import type { Change } from '../../../../src/shared/observations/change';
import { PLAN } from '../../../support/escalations';
import { REQUEST } from '../guard/turn-request';
import { HeldLease } from '../../../../src/workflows/lease/held-lease';
import type { LeaseInput } from '../../../../src/workflows/lease/lease-memory';

export const NOW = '2026-11-23T03:00:00.000Z';
export const SETTING = 'openai.max_qps';

/** What incidents were told. */
export const told: (LeaseNews & { incident: string })[] = [];
/** The time, and the lease as it was shown last. */
export const world: { now: string; shown: LeaseView | null } = { now: NOW, shown: null };
beforeEach(() => {
  told.splice(0);
  Object.assign(world, { now: NOW, shown: null });
});

/** `03:00:01` of the same day. */
export function at(time: string): string {
  return `2026-11-23T${time}.000Z`;
}

/** As a person asks: 4, until four o'clock. */
export function wish(more: Partial<LeaseRequest> = {}): LeaseRequest {
  return {
    host: 'h1',
    setting: SETTING,
    value: 4,
    owner: 'root',
    reason: '429 from OpenAI',
    until: at('04:00:00'),
    turn: { guard: REQUEST.policy },
    escalation: { ...PLAN, teams: {}, duty: [], tiers: [] },
    ...more,
  };
}

/** As an incident asks, in its turn. */
export function incidents(letter: string, more: Partial<LeaseRequest> = {}): LeaseRequest {
  const owner = `incident/${letter}/h1`;
  return wish({ id: letter, owner, turn: { permit: { kind: 'change', token: 7, holder: owner } }, ...more });
}

export function state(value: SettingValue, more: Partial<SettingState> = {}): SettingState {
  return { setting: SETTING, evidence: 'present', value, version: String(value), place: '/etc/k.json', ...more };
}

export function change(from: SettingValue, to: SettingValue, notes: string[] = []): Change<SettingState> {
  return { before: state(from), after: state(to), changed: from !== to, notes };
}

/** Nobody has asked for it yet. */
export function fresh(input: Partial<LeaseInput> = {}): HeldLease {
  const lease: HeldLease = new HeldLease(
    { host: 'h1', setting: SETTING, ...input },
    {
      now: () => world.now,
      onChange: () => (world.shown = structuredClone(lease.view)),
      tell: (incident, news) => void told.push({ incident, ...news }),
    },
  );
  return lease;
}

export function apply(lease: HeldLease, from: SettingValue, more: Partial<SettingState> = {}): void {
  const { value } = lease.wanted;
  lease.begin('applying');
  lease.decide(state(from), value);
  lease.applied({ ...change(from, value), after: state(value, more), changed: true });
}

/** 8 to 4, in effect. */
export function live(first = wish()): HeldLease {
  const lease = fresh();
  lease.request(first);
  apply(lease, 8);
  return lease;
}

/** 4 to 8, and all that belongs to its end is done. */
export function undo(lease: HeldLease): void {
  lease.begin('undoing');
  lease.undone(change(4, 8));
  lease.reopen();
}

/** Its notes without their times. */
export function notes({ view }: HeldLease): string[] {
  return view.notes.map((note) => note.replace(/^\S+ /, ''));
}

export function owner(name: string, until = at('04:00:00')): LeaseOwner {
  return { owner: name, reason: 'load', until };
}
