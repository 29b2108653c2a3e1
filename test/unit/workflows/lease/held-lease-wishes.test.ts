import { apply, at, change, fresh, incidents, live, notes, state, told, undo, wish } from './leases';

const by = { by: 'anna', reason: 'no more' };

describe('a wish that comes while the setting is changed', () => {
  it('waits, and is carried out after it', () => {
    const lease = fresh();
    lease.request(wish());
    lease.begin('applying');
    lease.request(wish({ owner: 'bela', value: 2 }));
    expect([lease.isAskedAgain, lease.wanted.value, lease.view.owners]).toEqual([true, 4, [expect.anything()]]);
    lease.decide(state(8), 4);
    lease.applied(change(8, 4));
    expect([lease.isAskedAgain, lease.wanted.value, lease.view.value]).toEqual([false, 2, 4]);
  });

  it('waits also where it would only renew', () => {
    const lease = live();
    lease.request(wish({ owner: 'bela', value: 2 }));
    lease.begin('applying');
    lease.request(wish({ until: at('05:00:00') }));
    expect(lease.view.endsAt).toBe(at('04:00:00'));
    lease.decide(state(4), 2);
    lease.applied(change(4, 2));
    expect(lease.wanted.value).toBe(4);
  });

  it('is tried when the one before it could not be', () => {
    const lease = fresh();
    lease.request(wish());
    lease.begin('applying');
    lease.request(wish({ owner: 'bela', value: 2 }));
    lease.notApplied('4 is not from 1 to 3');
    expect([lease.needsApply, lease.wanted.value, lease.isWanted]).toEqual([true, 2, true]);
  });

  it('waits for all that belongs to the end, and then is a lease of its own', () => {
    const lease = live();
    lease.begin('undoing');
    lease.request(wish({ owner: 'bela', value: 2, until: at('05:00:00') }));
    expect([lease.needsApply, lease.isAskedAgain]).toEqual([false, true]);
    lease.undone(change(4, 8));
    expect([lease.view.state, lease.isOver, lease.needsApply]).toEqual(['undone', true, false]);
    lease.request(wish({ owner: 'carla', value: 3, until: at('05:00:00') }));
    lease.reopen();
    expect(lease.view).toMatchObject({ state: 'applying', original: null, value: 2, endedAt: null });
    apply(lease, 8);
    apply(lease, 2);
    expect(lease.view.owners.map(({ owner }) => owner)).toEqual(['bela', 'carla']);
  });

  it('waits also where it comes after the end that nothing had begun', () => {
    const lease = fresh();
    lease.refused('Nobody asked for it');
    lease.request(wish());
    expect([lease.isOver, lease.isAskedAgain]).toEqual([true, true]);
    lease.reopen();
    expect([lease.isOver, lease.needsApply]).toEqual([false, true]);
  });
});

it('a wish of a person goes on waiting for its turn when an incident renews what it has', () => {
  const lease = live(incidents('A'));
  lease.request(wish({ owner: 'anna', value: 2 }));
  lease.request(incidents('A', { id: 'again', until: at('05:00:00') }));
  expect(told.at(-1)).toMatchObject({ id: 'again', state: 'active' });
  expect(lease.view.endsAt).toBe(at('05:00:00'));
  expect([lease.needsApply, lease.isAskedAgain, lease.wanted.value]).toEqual([true, false, 2]);
});

describe('a release', () => {
  it('of one owner leaves the others', () => {
    const lease = live();
    lease.extend({ by: 'anna', reason: 'too', until: at('05:00:00') });
    lease.release({ owner: 'Root', by: 'root', reason: 'done' });
    expect(lease.view.owners.map(({ owner }) => owner)).toEqual(['anna']);
    expect(notes(lease).at(-1)).toBe('Released by root: done');
  });

  it('of one owner by somebody else says for whom', () => {
    const lease = live();
    lease.release({ ...by, owner: 'root' });
    expect([lease.view.owners, lease.isWanted]).toEqual([[], false]);
    expect(notes(lease).at(-1)).toBe('Released for root by anna: no more');
  });

  it('for an owner that it does not have changes nothing, and is not what ended it', () => {
    const lease = live();
    const before = structuredClone(lease.memory);
    lease.release({ ...by, owner: 'incident/Z/h1' });
    expect(lease.memory).toEqual(before);
  });

  it('drops the wish that is to be carried out, and that waits, of this owner only', () => {
    const lease = live();
    lease.request(incidents('A', { until: at('05:00:00') }));
    lease.request(wish({ owner: 'carla', value: 3, id: 'c' }));
    lease.release({ ...by, owner: 'incident/A/h1' });
    expect(lease.wanted.value).toBe(3);
    expect(told).toMatchObject([
      { id: 'A', state: 'refused', changed: false, why: 'Given up for incident/A/h1 by anna: no more' },
    ]);
    lease.release({ ...by, owner: 'carla' });
    expect([lease.needsApply, lease.view.refusals.at(-1)]).toEqual([
      false,
      { id: 'c', reason: 'Given up for carla by anna: no more' },
    ]);
    expect(lease.view.owners.map(({ owner }) => owner)).toEqual(['root']);
  });

  it('keeps the wish that is carried out where it is of another owner', () => {
    const lease = live();
    lease.request(wish({ owner: 'bela', value: 2 }));
    lease.release({ ...by, owner: 'root' });
    expect(lease.wanted.value).toBe(2);
  });

  it('by whoever asked is no refusal', () => {
    const lease = live();
    lease.request(wish({ owner: 'bela', value: 2, id: 'b' }));
    lease.release({ owner: 'bela', by: 'Bela', reason: 'not any more' });
    expect([lease.needsApply, lease.view.refusals]).toEqual([false, []]);
  });

  it('while the setting is changed takes no wish that waits', () => {
    const lease = live();
    lease.begin('undoing');
    lease.request(wish({ owner: 'bela', value: 2 }));
    lease.request(wish({ owner: 'carla', value: 3 }));
    lease.release({ ...by, owner: 'carla' });
    expect([lease.needsApply, lease.isAskedAgain]).toEqual([false, true]);
    lease.release({ ...by, owner: 'bela' });
    expect(lease.isAskedAgain).toBe(false);
  });
});

describe('the turn of a wish', () => {
  const guard = { restartsPerHour: 3 } as never;

  it('is its own, or one that it asks for', () => {
    const lease = fresh();
    expect([lease.permit, lease.guard]).toEqual([undefined, undefined]);
    lease.request(wish({ turn: { guard } }));
    expect([lease.permit, lease.guard]).toEqual([undefined, guard]);
    lease.request(incidents('A'));
    expect([lease.permit, lease.guard]).toEqual([{ kind: 'change', token: 7, holder: 'incident/A/h1' }, undefined]);
  });

  it("of an incident goes before a person's, who waits on", () => {
    const lease = fresh();
    lease.request(wish({ owner: 'anna', value: 3 }));
    lease.request(incidents('A'));
    lease.request(incidents('B', { value: 2 }));
    lease.request(wish({ owner: 'bela', value: 1 }));
    expect(lease.memory.wish?.owner).toBe('incident/A/h1');
    expect(lease.memory.waiting.map(({ owner }) => owner)).toEqual(['anna', 'incident/B/h1', 'bela']);
    apply(lease, 8);
    undo(lease);
    expect(told.map(({ id, state: is }) => `${id} ${is}`)).toContain('A active');
  });
});
