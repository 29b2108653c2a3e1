import type { LeaseOwner } from '../../../../src/shared/safety/lease';
import type { HeldLease } from '../../../../src/workflows/lease/held-lease';
import { NOW, apply, at, change, fresh, incidents, live, notes, owner, state, told, undo, wish, world } from './leases';

const LONG = 'x'.repeat(600);
const CUT = 'x'.repeat(500);

describe('notes of a lease', () => {
  it('have the second they were made in, and are shown at once', () => {
    const lease = fresh();
    world.now = '2026-11-23T03:00:01.789Z';
    lease.note('something happened');
    expect(lease.view.notes).toEqual(['2026-11-23T03:00:01Z something happened']);
    expect(world.shown).toEqual(lease.view);
  });

  it('are the first and the last sixty of them, none endless', () => {
    const lease = fresh();
    for (let n = 1; n <= 60; n += 1) lease.note(`note ${n}`);
    expect(notes(lease)).toHaveLength(60);
    expect(notes(lease).slice(0, 2)).toEqual(['note 1', 'note 2']);
    lease.note('note 61');
    lease.note(LONG);
    expect(notes(lease)).toHaveLength(60);
    expect([...notes(lease).slice(0, 2), ...notes(lease).slice(-2)]).toEqual(['note 1', 'note 4', 'note 61', CUT]);
  });
});

describe('owners of a lease', () => {
  const names = ({ view }: HeldLease) => view.owners.map((one) => one.owner);

  it('are once each, and the latest end of all is its end', () => {
    const lease = fresh();
    lease.record.own(owner('anna', at('06:00:00')));
    lease.record.own(owner('bela', at('05:00:00')));
    expect(lease.view.endsAt).toBe(at('06:00:00'));
    lease.record.own(owner(' Anna', at('04:00:00')));
    expect(names(lease)).toEqual(['bela', ' Anna']);
    expect(lease.view.endsAt).toBe(at('05:00:00'));
    expect(world.shown).toEqual(lease.view);
  });

  it('are those whose time is not over yet', () => {
    const lease = fresh();
    for (const [name, until] of Object.entries({ anna: '03:00:00', bela: '03:00:01', carla: '02:00:00' })) {
      lease.record.own(owner(name, at(until)));
    }
    lease.record.own(owner('dora'));
    expect(names(lease)).toEqual(['bela', 'dora']);
  });

  it('are fifty at most, and none gives an endless reason', () => {
    const lease = fresh();
    for (let n = 1; n <= 51; n += 1) lease.record.own({ ...owner(`incident/${n}/h1`), reason: LONG });
    expect(lease.view.owners).toHaveLength(50);
    expect(lease.view.owners[0]).toEqual({ owner: 'incident/2/h1', reason: CUT, until: at('04:00:00') });
  });
});

describe('a place that ends the value by itself', () => {
  /** In effect until four o'clock, as its owner wants it; there for `ms` from three. */
  const keptFor = (ms?: number) => {
    const lease = live();
    lease.record.endsThere(state(4, ms === undefined ? {} : { endsInMs: ms }));
    return lease;
  };

  it('says when, from the time that it is asked', () => {
    expect(keptFor(60_000).view.endsThereAt).toBe(at('03:01:00'));
    expect(world.shown).toMatchObject({ endsThereAt: at('03:01:00') });
    const lease = keptFor();
    expect(lease.view.endsThereAt).toBeNull();
    expect(lease.record.endsTooEarlyThere).toBe(false);
  });

  it('is heard as soon as a value is in effect', () => {
    const lease = fresh();
    lease.request(wish());
    apply(lease, 8, { endsInMs: 60_000 });
    expect(lease.view.endsThereAt).toBe(at('03:01:00'));
  });

  it('ends too early where owners want it for longer, and only as long as it is in effect', () => {
    expect(keptFor(3_599_999).record.endsTooEarlyThere).toBe(true);
    expect(keptFor(3_600_000).record.endsTooEarlyThere).toBe(false);
    const lease = keptFor(60_000);
    lease.begin('undoing');
    expect(lease.record.endsTooEarlyThere).toBe(false);
  });

  it('and keeps it no longer cuts short who wants it for longer', () => {
    const lease = keptFor(60_000);
    const early: LeaseOwner = owner('anna', at('03:00:30'));
    const exact: LeaseOwner = owner('bela', at('03:01:00'));
    for (const one of [early, exact]) lease.record.own(one);
    lease.record.cutShort('the agent does not allow it');
    expect(lease.view.owners).toEqual([
      { owner: 'root', reason: '429 from OpenAI', until: at('03:01:00') },
      early,
      exact,
    ]);
    expect(lease.view.endsAt).toBe(at('03:01:00'));
    expect(notes(lease).at(-1)).toBe(`Ends ${at('03:01:00')} and not later: the agent does not allow it`);
    expect(world.shown).toEqual(lease.view);
  });
});

describe('a wish for what its owner has already', () => {
  it('renews it, and nothing is to be done', () => {
    const lease = live();
    world.now = at('03:30:00');
    lease.request(wish({ owner: 'root@corp', until: at('05:00:00') }));
    expect(lease.needsApply).toBe(false);
    expect(lease.view.endsAt).toBe(at('05:00:00'));
    expect(world.shown).toEqual(lease.view);
  });

  it.each([
    ['is not in effect yet', () => fresh(), wish()],
    ['is of another owner', () => live(), wish({ owner: 'anna' })],
    ['is another value', () => live(), wish({ value: 2 })],
  ])('does not where it %s', (_what, begin, asked) => {
    const lease = begin();
    lease.request(asked);
    expect(lease.needsApply).toBe(true);
    expect(lease.wanted).toEqual(asked);
  });

  it('does not before the first of that owner is in effect', () => {
    const lease = fresh();
    lease.request(wish());
    lease.request(wish({ until: at('05:00:00') }));
    expect([lease.memory.wish?.until, lease.isAskedAgain]).toEqual([at('04:00:00'), true]);
  });
});

describe('a person who holds another value', () => {
  it('is not overruled by an incident, but by a person', () => {
    const lease = live(wish({ owner: 'anna' }));
    lease.request(incidents('A', { value: 2 }));
    expect([lease.needsApply, lease.isAskedAgain]).toEqual([false, false]);
    lease.request(wish({ owner: 'bela', value: 2 }));
    expect(lease.wanted.value).toBe(2);
  });

  it('does not hold it any more when the time is over', () => {
    const lease = live(wish({ owner: 'anna' }));
    world.now = at('04:00:00');
    lease.request(incidents('A', { value: 2, until: at('05:00:00') }));
    expect(lease.needsApply).toBe(true);
  });

  it('and whose value is not in effect yet holds nothing', () => {
    const lease = fresh();
    lease.request(wish({ owner: 'anna' }));
    lease.request(incidents('A', { value: 2 }));
    expect(lease.wanted.value).toBe(2);
    expect(told).toEqual([]);
  });
});

describe('refusals of a lease', () => {
  const refuse = (lease: HeldLease, id?: string) => {
    lease.request(wish({ ...(id === undefined ? {} : { id }), value: 99 }));
    lease.begin('applying');
    lease.notApplied(LONG);
  };

  it('are the last twenty that somebody asks for by id', () => {
    const lease = live();
    for (let n = 1; n <= 21; n += 1) refuse(lease, `${n}`);
    refuse(lease);
    expect(lease.view.refusals.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, n) => `${n + 2}`));
    expect(lease.view.refusals[0]!.reason).toHaveLength(500);
    expect(notes(lease).at(-1)).toBe(lease.view.refusals[0]!.reason);
  });
});

describe('what incidents hear of a lease', () => {
  it('is about their request, with the original and whether something was written for it', () => {
    const lease = live(incidents('A'));
    const about = { incident: 'incident/A/h1', host: 'h1', setting: 'openai.max_qps', previous: 8 };
    expect(told).toEqual([{ ...about, id: 'A', state: 'active', changed: true, why: '' }]);
    lease.request(incidents('A', { id: 'again' }));
    expect(told.at(-1)).toEqual({ ...about, id: 'again', state: 'active', changed: false, why: '' });
    lease.begin('undoing');
    lease.overtaken(LONG);
    expect(told.slice(2)).toEqual([{ ...about, state: 'overtaken', changed: false, why: CUT }]);
  });

  it('is nothing where they asked without an id, but what becomes of it all the same', () => {
    const { id: _, ...first } = incidents('A');
    const lease = live(first);
    expect(told).toEqual([]);
    undo(lease);
    expect(told).toMatchObject([{ incident: 'incident/A/h1', state: 'undone', why: '8 is put back' }]);
  });

  it('is not that they themselves asked for another value', () => {
    const lease = live(incidents('A'));
    lease.request(incidents('A', { id: 'more', value: 2 }));
    apply(lease, 4);
    expect(told.map(({ id, state: is }) => `${id} ${is}`)).toEqual(['A active', 'more active']);
    lease.begin('undoing');
    lease.undone(change(2, 8));
    expect(told.slice(2)).toMatchObject([{ state: 'undone' }]);
  });
});

describe('changes of a lease on record', () => {
  it('are the last fifty, numbered on, with their time and no endless text', () => {
    const lease = live();
    for (let n = 1; n <= 50; n += 1) {
      lease.request(wish({ value: n % 2 === 1 ? 2 : 3, reason: LONG }));
      world.now = at(`03:${String(n).padStart(2, '0')}:00`);
      lease.begin('applying');
      lease.decide(state(lease.view.value), lease.wanted.value);
      lease.applied(change(lease.view.value, lease.wanted.value, [LONG]));
    }
    const changes = lease.view.changes!;
    expect(changes.map(({ n }) => n)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    const when = at('03:50:00');
    expect(changes.at(-1)).toEqual({
      ...{ n: 50, at: when, endedAt: when, cite: '', title: 'Set openai.max_qps to 3', status: 'done', who: 'root' },
      ...{ why: CUT, detail: `in /etc/k.json; ${LONG}`.slice(0, 500), before: 2, after: 3 },
    });
  });

  it('say where nothing was written, for it was so', () => {
    const lease = live();
    lease.request(wish({ owner: 'anna' }));
    lease.begin('applying');
    lease.applied(change(4, 4));
    expect(lease.view.changes).toMatchObject([{ status: 'done' }, { status: 'noChange', before: 4, after: 4 }]);
  });

  it('of an undo that its place did say what stood there before', () => {
    const lease = live();
    world.now = at('04:00:00');
    lease.begin('undoing');
    lease.undone(change(8, 8, ['as its place says']));
    expect(lease.view.changes!.at(-1)).toEqual({
      ...{ n: 1, at: at('04:00:00'), endedAt: at('04:00:00'), cite: '', status: 'done', before: 4, after: 8 },
      ...{ title: 'Put openai.max_qps back to 8', who: 'its end', why: `wanted until ${at('04:00:00')}` },
      detail: 'it was there again already; as its place says',
    });
  });

  it('of an undo name who ended it: its end, where one owner gave it up and the others did not', () => {
    const lease = live();
    lease.extend({ by: 'anna', reason: 'too', until: at('05:00:00') });
    lease.release({ owner: 'root', by: 'root', reason: 'done' });
    undo(lease);
    expect(lease.view.changes!.at(-1)).toMatchObject({ who: 'its end', why: `wanted until ${at('05:00:00')}` });
  });

  it('of an undo whose value nobody knows to have been in effect are what the host found', () => {
    const lease = fresh();
    lease.request(wish());
    lease.begin('applying');
    lease.notApplied('the restart failed');
    lease.begin('undoing');
    lease.undone(change(4, 8));
    expect(lease.view.changes).toMatchObject([{ status: 'done', before: 4, after: 8, detail: '' }]);
  });
});

it('a lease begins with what it has of its time', () => {
  expect(fresh().view).toMatchObject({ state: 'applying', endsAt: NOW, endedAt: null, owners: [] });
});
