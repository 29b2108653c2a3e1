import type { EscalationPlan } from '../../shared/paging/escalation';
import type { GuardPolicy } from '../../shared/safety/guard';
import type {
  LeaseOwner,
  LeaseRelease,
  LeaseRequest,
  LeaseState,
  LeaseView,
  SettingState,
  SettingValue,
} from '../../shared/safety/lease';
import type { RunLimit } from '../../shared/run-limit';
import type { Change } from '../../shared/observations/change';
import type { ChangePermit } from '../../shared/safety/permit';

const MAX_NOTES = 60;
const MAX_OWNERS = 50;
const MAX_TEXT = 500;
const MAX_REFUSALS = 20;

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
  failingSince: string | null;
  paged: boolean;
}

/** What to do about what was seen. */
export type Move =
  | { kind: 'set'; expected: SettingValue; value: SettingValue }
  | { kind: 'overtaken' }
  /** It has the wished value already, and not from us. */
  | { kind: 'needless' };

/** A lease's decisions. Plain state without Temporal calls; `onChange` tells the workflow to show it. */
export class HeldLease {
  readonly memory: LeaseMemory;
  private busy = false;

  constructor(
    readonly input: LeaseInput,
    private readonly now: () => string,
    private readonly onChange: () => void,
  ) {
    const { host, setting, state } = input;
    this.memory = state ?? {
      view: emptyView(host, setting, now()),
      ours: [],
      inPlace: null,
      wish: null,
      escalation: null,
      waiting: [],
      failingSince: null,
      paged: false,
    };
  }

  get view(): LeaseView {
    return this.memory.view;
  }

  get isWanted(): boolean {
    const { owners } = this.view;
    return [...owners, ...(this.memory.wish ? [this.memory.wish] : [])].some(({ until }) => until > this.now());
  }

  get needsApply(): boolean {
    return this.memory.wish !== null;
  }

  /** The turn that came with the wish, if one did. */
  get permit(): ChangePermit | undefined {
    const turn = this.memory.wish?.turn;
    return turn !== undefined && 'permit' in turn ? turn.permit : undefined;
  }

  /** By what the wish asks for a turn of its own, if it does. */
  get guard(): GuardPolicy | undefined {
    const turn = this.memory.wish?.turn;
    return turn !== undefined && 'guard' in turn ? turn.guard : undefined;
  }

  /** What is to be carried out now. */
  get wanted(): { value: SettingValue; until: string } {
    const { view, wish } = this.memory;
    return wish ?? { value: view.value, until: view.endsAt };
  }

  /** Somebody asked, in this run or before it. */
  get hasRequest(): boolean {
    return this.memory.escalation !== null;
  }

  get isOver(): boolean {
    return ['overtaken', 'undone', 'refused'].includes(this.view.state);
  }

  /** A wish came while the setting was being changed. */
  get isAskedAgain(): boolean {
    return this.memory.waiting.length > 0;
  }

  /** Takes a wish: renews what is there, or asks for a change of it. */
  request(wish: LeaseRequest): void {
    const problem = this.problemOf(wish);
    if (problem !== undefined) return this.refuse(wish, `Not taken: ${problem}`);
    // Times are compared as texts.
    const taken = { ...wish, until: new Date(wish.until).toISOString() };
    this.admit(taken);
  }

  /** One owner needs it no longer; without an owner it ends for all. */
  release({ owner, by, reason }: LeaseRelease): void {
    const { memory, view } = this;
    const stays = (one: LeaseOwner) => owner !== undefined && one.owner !== owner;
    const all = [...view.owners, ...memory.waiting, ...(memory.wish ? [memory.wish] : [])];
    if (all.every(stays)) return;
    view.owners = view.owners.filter(stays);
    memory.waiting = memory.waiting.filter(stays);
    if (memory.wish !== null && !stays(memory.wish)) memory.wish = null;
    if (!this.busy) this.admitWaiting();
    this.note(`Released${owner === undefined || owner === by ? '' : ` for ${owner}`} by ${by}: ${reason}`);
  }

  /** A person wants it for longer: becomes an owner. */
  extend({ by, reason, until }: { by: string; reason: string; until: string }): void {
    this.own({ owner: by, reason, until });
    this.note(`Extended until ${until} by ${by}: ${reason}`);
  }

  /** From here until `settle`, wishes wait: the value is on its way. */
  begin(state: 'applying' | 'undoing'): void {
    this.busy = true;
    if (state === 'undoing') this.forgetOwners();
    // A second wish leaves the first one in effect.
    if (state === 'undoing' || this.memory.inPlace === null) this.setState(state);
    this.onChange();
  }

  /** What to do so that the setting becomes `target`: the value that is wished, or null for the original. */
  decide({ value: current }: SettingState, target: SettingValue | null): Move {
    const { view, memory } = this;
    view.current = current;
    const isFirst = view.original === null;
    view.original ??= current;
    const value = target ?? view.original!;
    if (isFirst && current === value) return { kind: 'needless' };
    if (current !== view.original && !memory.ours.includes(current!)) return { kind: 'overtaken' };
    // Noted before it is tried: from now on it may stand there.
    if (target !== null && !memory.ours.includes(target)) memory.ours.push(target);
    return { kind: 'set', expected: current!, value };
  }

  applied({ before, after, notes }: Change<SettingState>): void {
    const { view, memory } = this;
    view.current = view.value = after.value!;
    if (memory.wish !== null) this.own(memory.wish);
    view.appliedAt ??= this.now();
    memory.inPlace = after.value;
    memory.ours = [after.value!];
    this.note([`${text(before.value)} → ${text(after.value)} in ${after.place}`, ...notes].join('; '));
    this.settle('active');
  }

  /** Could not be applied. What is in effect stays; a first wish is given up, and what may have been written put back. */
  notApplied(reason: string): void {
    const { view, memory } = this;
    const why = `${text(this.wanted.value)} could not be applied: ${reason}`;
    if (memory.wish === null) this.note(why);
    else this.refuse(memory.wish, why);
    if (memory.inPlace === null) view.owners = [];
    this.settle(view.state);
  }

  undone(change: Change<SettingState>): void {
    const tookEffect = this.memory.inPlace !== null || change.changed;
    this.view.current = change.after.value;
    const done = change.changed ? 'put back' : 'there again already';
    this.note([`${text(change.after.value)} is ${done}`, ...change.notes].join('; '));
    this.end(tookEffect ? 'undone' : 'refused');
  }

  /** Somebody else's value stays. */
  overtaken(detail: string): void {
    this.note(`Overtaken, left alone: ${detail}`);
    this.end('overtaken');
  }

  refused(reason: string): void {
    this.note(reason);
    this.end('refused');
  }

  undoFailed(reason: string): void {
    this.memory.failingSince ??= this.now();
    const note = `${text(this.view.original)} could not be put back: ${reason}`;
    if (!this.view.notes.at(-1)?.endsWith(note)) this.note(note);
  }

  /** The undo did not succeed, and is not wanted any more. */
  resume(): void {
    this.note('Wanted again before it was undone');
    this.settle('active');
  }

  note(what: string): void {
    const { notes } = this.view;
    notes.push(`${this.now().slice(0, 19)}Z ${what.slice(0, MAX_TEXT)}`);
    if (notes.length > MAX_NOTES) notes.splice(1, notes.length - MAX_NOTES);
    this.onChange();
  }

  /** Beside a lease in effect there is one wish at a time; one that brings its turn goes before one that waits for one. */
  private mustWait(wish: LeaseRequest): boolean {
    const { memory } = this;
    if (memory.wish === null || memory.inPlace === null) return false;
    if ('guard' in wish.turn || 'permit' in memory.wish.turn) return true;
    memory.waiting.push(memory.wish);
    memory.wish = null;
    return false;
  }

  private admit(wish: LeaseRequest): void {
    if (this.busy || this.mustWait(wish)) this.memory.waiting.push(wish);
    else this.take(wish);
  }

  private admitWaiting(): void {
    for (const wish of this.memory.waiting.splice(0)) this.admit(wish);
  }

  private take(wish: LeaseRequest): void {
    const { view, memory } = this;
    if (this.isOver) this.startAnew();
    memory.escalation = wish.escalation;
    const isKnown = view.owners.some(({ owner }) => owner === wish.owner);
    if (memory.inPlace !== null && isKnown && view.value === wish.value) return this.own(wish);
    this.note(`${text(wish.value)} wanted until ${wish.until} by ${wish.owner}: ${wish.reason}`);
    memory.wish = wish;
    if (memory.inPlace !== null) return;
    view.value = wish.value;
    this.own(wish);
  }

  /** Whoever asked hears it; nothing else is changed by it. */
  private refuse({ id }: LeaseRequest, reason: string): void {
    if (id !== undefined) {
      this.view.refusals = [...this.view.refusals, { id, reason: reason.slice(0, MAX_TEXT) }].slice(-MAX_REFUSALS);
    }
    this.note(reason);
  }

  private forgetOwners(): void {
    if (this.view.owners.length > 0) this.note('Its time is over');
    this.view.owners = [];
  }

  private own({ owner, reason, until: end }: LeaseOwner): void {
    const { view } = this;
    const now = this.now();
    const others = view.owners.filter((one) => one.owner !== owner && one.until > now);
    view.owners = [...others, { owner, reason: reason.slice(0, MAX_TEXT), until: end }].slice(-MAX_OWNERS);
    view.endsAt = view.owners.reduce((latest, { until }) => (until > latest ? until : latest), '');
    this.onChange();
  }

  private startAnew(): void {
    const { view, memory } = this;
    Object.assign(view, { original: null, current: null, owners: [], appliedAt: null, endedAt: null });
    view.state = 'applying';
    Object.assign(memory, { ours: [], inPlace: null, failingSince: null, paged: false });
  }

  private end(state: LeaseState): void {
    this.view.owners = [];
    this.view.endedAt = this.now();
    this.memory.failingSince = null;
    this.settle(state);
  }

  private settle(state: LeaseState): void {
    const { memory } = this;
    this.busy = false;
    memory.wish = null;
    this.setState(state);
    this.admitWaiting();
  }

  private setState(state: LeaseState): void {
    this.view.state = state;
    this.onChange();
  }

  private problemOf({ host, setting, value, owner, until, escalation }: LeaseRequest): string | undefined {
    const { view } = this;
    if (host !== view.host || setting !== view.setting) return `this is the lease of ${view.setting} on ${view.host}`;
    if (!['string', 'number', 'boolean'].includes(typeof value)) return 'a value is a text, a number, true or false';
    if (typeof owner !== 'string' || owner === '') return 'nobody is named as its owner';
    if (Number.isNaN(Date.parse(until))) return `"${until}" is no time`;
    return escalation === undefined ? 'it does not say whom to page' : undefined;
  }
}

function emptyView(host: string, setting: string, now: string): LeaseView {
  return {
    host,
    setting,
    state: 'applying',
    original: null,
    value: '',
    current: null,
    owners: [],
    appliedAt: null,
    endsAt: now,
    endedAt: null,
    notes: [],
    refusals: [],
  };
}

function text(value: SettingValue | null): string {
  return JSON.stringify(value);
}
