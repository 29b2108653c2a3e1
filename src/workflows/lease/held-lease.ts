import type { GuardPolicy } from '../../shared/safety/guard';
import { isOver } from '../../shared/safety/lease';
import type {
  LeaseAbandonment,
  LeaseOwner,
  LeaseRelease,
  LeaseRequest,
  LeaseState,
  LeaseView,
  SettingState,
  SettingValue,
} from '../../shared/safety/lease';
import type { Change } from '../../shared/observations/change';
import type { ChangePermit } from '../../shared/safety/permit';
import { newMemory, problemOf, startAnew, valueText } from './lease-memory';
import type { LeaseInput, LeaseMemory, LeasePort } from './lease-memory';
import { decideMove } from './lease-moves';
import type { Move } from './lease-moves';
import { LeaseRecord } from './lease-record';
import { isSameOwner } from '../../shared/safety/people';
import { LeaseWishes } from './lease-wishes';

/** A lease's decisions. Plain state without Temporal calls; its port shows and tells what becomes of it. */
export class HeldLease {
  readonly memory: LeaseMemory;
  /** Who has it, until when, and what became of it. */
  readonly record: LeaseRecord;
  private readonly wishes: LeaseWishes;
  private busy: boolean;
  /** Somebody asked for the next try of the undo at once. */
  isHurried = false;

  constructor(
    readonly input: LeaseInput,
    private readonly port: LeasePort,
  ) {
    this.memory = input.state ?? newMemory(input, port.now());
    this.record = new LeaseRecord(this.memory, port);
    this.wishes = new LeaseWishes(this.memory, this.record);
    this.busy = this.isOver;
  }

  get view(): LeaseView {
    return this.memory.view;
  }

  get isWanted(): boolean {
    const { owners } = this.view;
    return [...owners, ...(this.memory.wish ? [this.memory.wish] : [])].some(({ until }) => until > this.port.now());
  }

  get needsApply(): boolean {
    return this.memory.wish !== null;
  }

  /** The turn that came with the wish, if one did. */
  get permit(): ChangePermit | undefined {
    return this.wishes.permit;
  }

  /** By what the wish asks for a turn of its own, if it does. */
  get guard(): GuardPolicy | undefined {
    return this.wishes.guard;
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
    return isOver(this.view.state);
  }

  /** A wish came while the setting was being changed. */
  get isAskedAgain(): boolean {
    return this.memory.waiting.length > 0;
  }

  /** Takes a wish: renews what is there, or asks for a change of it. */
  request(wish: LeaseRequest): void {
    const problem = problemOf(wish, this.view);
    if (problem !== undefined) return this.record.refuse(wish, `Not taken: ${problem}`);
    this.admit(wish);
  }

  /** One owner needs it no longer; without an owner it ends for all. */
  release({ owner, by, reason }: LeaseRelease): void {
    const { memory, view, record } = this;
    const stays = (one: LeaseOwner) => owner !== undefined && !isSameOwner(one.owner, owner);
    if (view.state === 'undoing' && owner === undefined) {
      this.isHurried = true;
      this.note(`To be undone now, says ${by}: ${reason}`);
    }
    if ([...view.owners, ...memory.waiting, ...(memory.wish ? [memory.wish] : [])].every(stays)) return;
    view.owners = view.owners.filter(stays);
    memory.ended = { by, reason };
    this.wishes.drop(stays, { by, reason });
    if (!this.busy) this.admitWaiting();
    record.note(`Released${owner === undefined || isSameOwner(owner, by) ? '' : ` for ${owner}`} by ${by}: ${reason}`);
  }

  /** A person wants it for longer: becomes an owner. */
  extend({ by, reason, until }: { by: string; reason: string; until: string }): void {
    this.record.own({ owner: by, reason, until });
    this.note(`Extended until ${until} by ${by}: ${reason}`);
  }

  /** From here until `settle`, wishes wait: the value is on its way. */
  begin(state: 'applying' | 'undoing'): void {
    this.busy = true;
    this.memory.isTried ||= state === 'applying';
    if (state === 'undoing') this.record.timeIsOver();
    // A second wish leaves the first one in effect.
    if (state === 'undoing' || this.memory.inPlace === null) this.setState(state);
  }

  /** All that belongs to its end is done: a wish that waits begins it anew. */
  reopen(): void {
    this.busy = false;
    this.admitWaiting();
  }

  /** What to do so that the setting becomes `target`: the value that is wished, or null for the original. */
  decide(seen: SettingState, target: SettingValue | null): Move {
    return decideMove(this.memory, seen, target);
  }

  applied(change: Change<SettingState>): void {
    const { view, memory, record } = this;
    const { wish, inPlace } = memory;
    view.current = view.value = change.after.value!;
    record.endsThere(change.after);
    if (wish !== null) record.own(wish);
    view.appliedAt ??= this.port.now();
    memory.inPlace = change.after.value;
    memory.ours = [change.after.value!];
    memory.failingSince = null;
    record.applied(wish, change);
    if (wish !== null) {
      const why = `${wish.owner} wants ${valueText(view.value)}: ${wish.reason}`;
      if (inPlace !== null && inPlace !== view.value) record.tellHearers('overtaken', why, wish.owner);
      record.confirm(wish, change.changed);
    }
    this.settle('active');
  }

  /** Could not be applied. What is in effect stays; a first wish is given up, and what may have been written put back. */
  notApplied(reason: string): void {
    const { view, memory } = this;
    this.wishes.decline(`${valueText(this.wanted.value)} could not be applied: ${reason}`);
    if (memory.inPlace === null) view.owners = [];
    this.settle(view.state);
  }

  undone(change: Change<SettingState>): void {
    const tookEffect = this.memory.inPlace !== null || change.changed;
    this.view.current = change.after.value;
    this.record.putBack(change);
    const done = `${valueText(change.after.value)} is ${change.changed ? 'put back' : 'there again already'}`;
    this.note([done, ...change.notes].join('; '));
    this.record.tellHearers('undone', done);
    this.end(tookEffect ? 'undone' : 'refused');
  }

  /** Somebody else's value stays. */
  overtaken(detail: string): void {
    this.wishes.decline(`Overtaken, left alone: ${detail}`, 'overtaken');
    this.record.tellHearers('overtaken', detail);
    this.end('overtaken');
  }

  /** Nobody waits for its undo any more: what stands there is for people. */
  abandon({ by, reason }: LeaseAbandonment): void {
    const what = `Given up by ${by}: ${reason}; ${valueText(this.view.original)} was not put back`;
    this.note(what);
    this.record.tellHearers('overtaken', what);
    this.end('abandoned');
  }

  refused(reason: string): void {
    this.wishes.decline(reason);
    this.end('refused');
  }

  undoFailed(reason: string): void {
    this.memory.failingSince ??= this.port.now();
    const note = `${valueText(this.view.original)} could not be put back: ${reason}`;
    if (!this.view.notes.at(-1)?.endsWith(note)) this.note(note);
  }

  /** The undo did not succeed, and is not wanted any more. */
  resume(): void {
    this.note('Wanted again before it was undone');
    this.settle('active');
  }

  note(what: string): void {
    this.record.note(what);
  }

  private admit(wish: LeaseRequest): void {
    if (this.busy) this.memory.waiting.push(wish);
    else if (this.wishes.mayBeTaken(wish)) this.take(wish);
  }

  private admitWaiting(): void {
    for (const wish of this.memory.waiting.splice(0)) this.admit(wish);
  }

  private take(wish: LeaseRequest): void {
    const { view, memory, record } = this;
    if (this.isOver) startAnew(memory);
    memory.escalation = wish.escalation;
    if (record.renew(wish)) return record.confirm(wish, false);
    record.note(`${valueText(wish.value)} wanted until ${wish.until} by ${wish.owner}: ${wish.reason}`);
    memory.wish = wish;
    if (memory.inPlace !== null) return;
    view.value = wish.value;
    record.own(wish);
  }

  /** Wishes wait until `reopen`. */
  private end(state: LeaseState): void {
    this.busy = true;
    // Its time was over before its turn came.
    if (this.memory.wish !== null) this.wishes.decline('Its time is over');
    this.view.owners = [];
    this.view.endedAt = this.port.now();
    this.memory.failingSince = null;
    this.setState(state);
  }

  private settle(state: LeaseState): void {
    this.memory.wish = null;
    this.setState(state);
    this.reopen();
  }

  private setState(state: LeaseState): void {
    this.view.state = state;
    this.port.onChange();
  }
}
