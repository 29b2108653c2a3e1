import { isIncidentId } from '../../shared/ids';
import type { LeaseNews, LeaseOwner, LeaseRequest, SettingState } from '../../shared/safety/lease';
import { isSameOwner } from '../../shared/safety/people';
import type { Change } from '../../shared/observations/change';
import type { MadeChange } from '../../shared/timeline';
import { valueText } from './lease-memory';
import type { LeaseMemory, LeasePort } from './lease-memory';

const MAX_NOTES = 60;
const MAX_OWNERS = 50;
const MAX_TEXT = 500;
const MAX_REFUSALS = 20;
const MAX_CHANGES = 50;

/** Who owns a lease, what stands in its notes, and who hears what. */
export class LeaseRecord {
  constructor(
    private readonly memory: LeaseMemory,
    private readonly port: LeasePort,
  ) {}

  note(what: string): void {
    const { notes } = this.memory.view;
    notes.push(`${this.port.now().slice(0, 19)}Z ${what.slice(0, MAX_TEXT)}`);
    notes.splice(1, notes.length - MAX_NOTES);
    this.port.onChange();
  }

  /** Nobody owns it from now on; where somebody still did, its time has ended it. */
  timeIsOver(): void {
    const { view } = this.memory;
    if (view.owners.length === 0) return;
    view.owners = [];
    delete this.memory.ended;
    this.note('Its time is over');
  }

  /** Kept where a person wished it: an incident keeps in its own timeline what it asked for. */
  applied(wish: LeaseRequest | null, { before, after, changed, notes }: Change<SettingState>): void {
    this.note([`${valueText(before.value)} → ${valueText(after.value)} in ${after.place}`, ...notes].join('; '));
    if (wish === null || isIncidentId(wish.owner)) return;
    this.keepChange({
      ...{ title: `Set ${after.setting} to ${valueText(after.value)}`, status: changed ? 'done' : 'noChange' },
      ...{ who: wish.owner, why: wish.reason, detail: [`in ${after.place}`, ...notes].join('; ') },
      ...{ before: before.value, after: after.value },
    });
  }

  /** Also where the place did it itself, or an earlier try that nobody heard of. */
  putBack({ before, after, changed, notes }: Change<SettingState>): void {
    const { view, inPlace, ended } = this.memory;
    this.keepChange({
      ...{ title: `Put ${view.setting} back to ${valueText(after.value)}` },
      status: changed || inPlace !== null ? 'done' : 'noChange',
      ...{ who: ended?.by ?? 'its end', why: ended?.reason ?? `wanted until ${view.endsAt}` },
      detail: [...(changed ? [] : ['it was there again already']), ...notes].join('; '),
      ...{ before: changed ? before.value : (inPlace ?? before.value), after: after.value },
    });
  }

  own({ owner, reason, until: end }: LeaseOwner): void {
    const { view } = this.memory;
    const now = this.port.now();
    const others = view.owners.filter((one) => !isSameOwner(one.owner, owner) && one.until > now);
    view.owners = [...others, { owner, reason: reason.slice(0, MAX_TEXT), until: end }].slice(-MAX_OWNERS);
    view.endsAt = view.owners
      .map(({ until }) => until)
      .sort()
      .at(-1)!;
    this.port.onChange();
  }

  /** The place would end the value before its owners want it to. */
  get endsTooEarlyThere(): boolean {
    const { state, endsAt, endsThereAt } = this.memory.view;
    return state === 'active' && endsThereAt !== null && endsThereAt < endsAt;
  }

  /** When the place itself ends what stands there, as it says. */
  endsThere({ endsInMs }: SettingState): void {
    const { view } = this.memory;
    const now = Date.parse(this.port.now());
    view.endsThereAt = endsInMs === undefined ? null : new Date(now + endsInMs).toISOString();
    this.port.onChange();
  }

  /** Nobody has it for longer than the place does. */
  cutShort(reason: string): void {
    const { view } = this.memory;
    const end = view.endsThereAt!;
    view.owners = view.owners.map((one) => (one.until > end ? { ...one, until: end } : one));
    view.endsAt = end;
    this.note(`Ends ${end} and not later: ${reason}`);
  }

  /** Takes what renews the value that its owner has already; false where it is another wish. */
  renew(wish: LeaseRequest): boolean {
    if (!this.renews(wish)) return false;
    this.own(wish);
    return true;
  }

  /** Whether its owner has this value already. */
  renews(wish: LeaseRequest): boolean {
    const { view, inPlace } = this.memory;
    const isKnown = view.owners.some(({ owner }) => isSameOwner(owner, wish.owner));
    return inPlace !== null && isKnown && view.value === wish.value;
  }

  /** A person who holds another value than an incident asks for: people are not overruled. */
  personAgainst({ turn, value }: LeaseRequest): LeaseOwner | undefined {
    const { view, inPlace } = this.memory;
    if ('guard' in turn || inPlace === null || value === view.value) return undefined;
    return view.owners.find(({ owner, until }) => !isIncidentId(owner) && until > this.port.now());
  }

  /** Whoever asked hears that nothing came of it; nothing else is changed by it. */
  refuse(wish: LeaseRequest, reason: string, state: 'refused' | 'overtaken' = 'refused'): void {
    const { view } = this.memory;
    const why = reason.slice(0, MAX_TEXT);
    const { id } = wish;
    if (id !== undefined) view.refusals = [...view.refusals, { id, reason: why }].slice(-MAX_REFUSALS);
    this.answer(wish, { state, changed: false, why });
    this.note(why);
  }

  /** Whoever asked hears that it is in effect; an incident hears from now on what becomes of it. */
  confirm(wish: LeaseRequest, changed: boolean): void {
    const { memory } = this;
    if (isIncidentId(wish.owner)) memory.hearers = [...new Set([...memory.hearers, wish.owner])];
    this.answer(wish, { state: 'active', changed, why: '' });
  }

  /** What the hearers were told is so no longer; but for the one who asked for what is so now. */
  tellHearers(state: 'overtaken' | 'undone', why: string, but?: string): void {
    const { memory } = this;
    const { host, setting, original: previous } = memory.view;
    const hearers = memory.hearers.filter((one) => one !== but);
    memory.hearers = memory.hearers.filter((one) => one === but);
    for (const one of hearers) {
      this.port.tell(one, { host, setting, state, previous, changed: false, why: why.slice(0, MAX_TEXT) });
    }
  }

  private keepChange(change: Omit<MadeChange, 'n' | 'at' | 'endedAt' | 'cite'>): void {
    const { view } = this.memory;
    const known = view.changes ?? [];
    const now = this.port.now();
    const { detail, why } = change;
    const texts = { detail: detail.slice(0, MAX_TEXT), why: why.slice(0, MAX_TEXT) };
    const n = (known.at(-1)?.n ?? -1) + 1;
    view.changes = [...known, { ...change, ...texts, n, at: now, endedAt: now, cite: '' }].slice(-MAX_CHANGES);
  }

  private answer({ id, owner }: LeaseRequest, news: Pick<LeaseNews, 'state' | 'changed' | 'why'>): void {
    if (id === undefined || !isIncidentId(owner)) return;
    const { host, setting, original: previous } = this.memory.view;
    this.port.tell(owner, { id, host, setting, previous, ...news });
  }
}
