import type { HeldLease } from '../../../../src/workflows/lease/held-lease';
import { apply, change, fresh, incidents, live, state, told, wish } from './leases';

it('a wish that is refused changes nothing of the lease in effect, and whoever asked hears it', () => {
  const lease = live();
  const before = structuredClone(lease.view);
  lease.request(wish({ id: 'x', value: 99, reason: 'x', until: '2026-11-23T09:00:00.000Z' }));
  expect({ ...lease.view, notes: [] }).toEqual({ ...before, notes: [] });
  expect(lease.wanted).toMatchObject({ value: 99 });
  lease.begin('applying');
  lease.notApplied('99 is above the limit of 8');
  expect({ ...lease.view, notes: [], refusals: [] }).toEqual({ ...before, notes: [] });
  expect(lease.view.refusals).toEqual([{ id: 'x', reason: '99 could not be applied: 99 is above the limit of 8' }]);
  expect(lease.needsApply).toBe(false);
});

it('a wish that is carried out replaces value, end and reason of its owner', () => {
  const lease = live();
  lease.request(wish({ value: 2, reason: 'still', until: '2026-11-23T05:00:00.000Z' }));
  apply(lease, 4);
  expect(lease.view).toMatchObject({ original: 8, value: 2, current: 2, endsAt: '2026-11-23T05:00:00.000Z' });
  expect(lease.view.owners).toEqual([{ owner: 'root', reason: 'still', until: '2026-11-23T05:00:00.000Z' }]);
});

it('one wish after another is tried; what brings its turn goes first', () => {
  const lease = live(incidents('A'));
  lease.request(wish({ owner: 'anna', value: 2 }));
  lease.request(wish({ owner: 'bela', value: 3 }));
  expect(lease.wanted.value).toBe(2);
  lease.request(incidents('B', { value: 1 }));
  expect(lease.wanted.value).toBe(1);
  apply(lease, 4);
  expect(lease.wanted.value).toBe(3);
  lease.release({ owner: 'bela', by: 'bela', reason: 'no' });
  expect(lease.wanted.value).toBe(2);
  apply(lease, 1);
  expect(lease.needsApply).toBe(false);
  expect(lease.view.owners.map(({ owner }) => owner)).toEqual(['incident/A/h1', 'incident/B/h1', 'anna']);
});

it('a first wish that is refused leaves no owner', () => {
  const lease = fresh();
  lease.request(wish({ id: 'x' }));
  lease.begin('applying');
  lease.notApplied('the agent is away');
  expect(lease.isWanted).toBe(false);
  expect(lease.view).toMatchObject({ owners: [], refusals: [{ id: 'x' }] });
});

describe('an incident', () => {
  it('hears that its wish is in effect, then who replaced it, and no more', () => {
    const lease = live(incidents('A'));
    expect(told).toEqual([
      expect.objectContaining({ incident: 'incident/A/h1', id: 'A', state: 'active', changed: true, previous: 8 }),
    ]);
    lease.request(wish({ owner: 'anna', value: 2, reason: 'less' }));
    apply(lease, 4);
    expect(told.slice(1)).toEqual([
      expect.objectContaining({ incident: 'incident/A/h1', state: 'overtaken', why: 'anna wants 2: less' }),
    ]);
    expect(told[1]).not.toHaveProperty('id');
    lease.begin('undoing');
    lease.undone(change(2, 8));
    expect(told).toHaveLength(2);
  });

  it('hears when its lease is undone', () => {
    const lease = live(incidents('A'));
    lease.release({ by: 'anna', reason: 'no more' });
    lease.begin('undoing');
    lease.undone(change(4, 8));
    expect(told.at(-1)).toMatchObject({ incident: 'incident/A/h1', state: 'undone', why: '8 is put back' });
  });

  it('does not overrule a person who holds another value', () => {
    const lease = live(wish({ owner: 'anna' }));
    const before = structuredClone(lease.view);
    lease.request(incidents('A', { value: 2 }));
    expect(told).toEqual([expect.objectContaining({ id: 'A', state: 'overtaken', changed: false })]);
    expect(told[0]!.why).toBe('anna holds it at 4 until 2026-11-23T04:00:00.000Z: 429 from OpenAI');
    expect(lease.needsApply).toBe(false);
    expect({ ...lease.view, notes: [], refusals: [] }).toEqual({ ...before, notes: [] });
    lease.request(incidents('A'));
    apply(lease, 4);
    expect(told.at(-1)).toMatchObject({ id: 'A', state: 'active' });
  });

  it('that renews its lease hears so at once', () => {
    const lease = live(incidents('A'));
    lease.request(incidents('A', { id: 'again', until: '2026-11-23T05:00:00.000Z' }));
    expect(told.at(-1)).toMatchObject({ id: 'again', state: 'active', changed: false });
    expect(lease.view.endsAt).toBe('2026-11-23T05:00:00.000Z');
  });

  it('that asks first together with another is answered, and so is the other', () => {
    const lease = fresh();
    lease.request(incidents('A'));
    lease.request(incidents('B'));
    apply(lease, 8);
    apply(lease, 4);
    expect(told.map(({ id, state: is }) => `${id} ${is}`)).toEqual(['A active', 'B active']);
    expect(lease.view.owners).toHaveLength(2);
  });

  it.each([
    ['the host refuses', 'refused', (lease: HeldLease) => lease.notApplied('4 is not from 5 to 8')],
    ['somebody edits', 'overtaken', (lease: HeldLease) => lease.overtaken('/etc/k.json has 6 by another hand')],
    ['has the value already', 'refused', (lease: HeldLease) => lease.refused('It is 4 already, and not by Halcyon')],
    ['ends before it is applied', 'refused', (lease: HeldLease) => lease.undone(change(8, 8))],
  ])('whose wish %s hears "%s" once', (_what, is, end) => {
    const lease = fresh();
    lease.request(incidents('A'));
    lease.begin('applying');
    lease.decide(state(8), 4);
    end(lease);
    expect(told).toEqual([expect.objectContaining({ id: 'A', state: is })]);
  });

  it('whose wish waits when a person gives it up for everybody hears that', () => {
    const lease = live(incidents('A'));
    lease.begin('applying');
    lease.request(incidents('B', { value: 2 }));
    lease.release({ by: 'anna', reason: 'no more' });
    expect(told.at(-1)).toMatchObject({ incident: 'incident/B/h1', id: 'B', state: 'refused' });
  });

  it('is told nothing of what a person asks, and a person is told nothing', () => {
    const lease = live(wish({ id: 'x' }));
    lease.request(wish({ id: 'y', value: 2 }));
    lease.begin('applying');
    lease.notApplied('no');
    expect(told).toEqual([]);
  });
});

describe('what goes on record of a lease', () => {
  const undo = (lease: HeldLease, changed = true) => {
    lease.begin('undoing');
    lease.undone(change(changed ? 4 : 8, 8));
    return lease.view.changes;
  };
  const set = { n: 0, title: 'Set openai.max_qps to 4', status: 'done', who: 'root', before: 8, after: 4 };
  const putBack = { title: 'Put openai.max_qps back to 8', status: 'done', before: 4, after: 8 };

  it('is what was written for a person, and the undo by whoever ended it', () => {
    const lease = live();
    lease.release({ by: 'anna', reason: 'OpenAI is well' });
    expect(undo(lease)).toMatchObject([
      { ...set, why: '429 from OpenAI' },
      { n: 1, ...putBack, who: 'anna', why: 'OpenAI is well' },
    ]);
  });

  it('is only the undo where an incident asked: the other stands in its timeline', () => {
    expect(undo(live(incidents('A')))).toMatchObject([
      { n: 0, ...putBack, who: 'its end', why: 'wanted until 2026-11-23T04:00:00.000Z' },
    ]);
  });

  it('is the undo also where the place did it itself', () => {
    expect(undo(live(), false)).toMatchObject([set, { ...putBack, detail: 'it was there again already' }]);
  });

  it('says that nothing was to be done where nothing had been written', () => {
    const lease = live(incidents('A'));
    lease.memory.inPlace = null;
    expect(undo(lease, false)).toMatchObject([{ status: 'noChange' }]);
  });
});
