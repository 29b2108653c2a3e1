import { newMemory } from '../../../../src/workflows/lease/lease-memory';
import {
  NOW,
  SETTING,
  apply,
  at,
  change,
  fresh,
  incidents,
  live,
  notes,
  state,
  told,
  undo,
  wish,
  world,
} from './leases';

const by = { by: 'anna', reason: 'OpenAI is well' };

describe('a lease that is asked for first', () => {
  it('shows what is wanted, by whom, before it is tried', () => {
    const lease = fresh();
    expect([lease.hasRequest, lease.needsApply, lease.isWanted, lease.isOver]).toEqual([false, false, false, false]);
    lease.request(wish());
    expect([lease.hasRequest, lease.needsApply, lease.isWanted]).toEqual([true, true, true]);
    const owners = [{ owner: 'root', reason: '429 from OpenAI', until: at('04:00:00') }];
    expect(lease.view).toMatchObject({ state: 'applying', value: 4, owners, endsAt: at('04:00:00'), appliedAt: null });
    expect(notes(lease)).toEqual([`4 wanted until ${at('04:00:00')} by root: 429 from OpenAI`]);
    expect(world.shown).toEqual(lease.view);
  });

  it.each([{ host: 'h2' }, { setting: 'worker.count' }])('is not that of %o', (other) => {
    const lease = fresh();
    lease.request(wish({ ...other, id: 'x' }));
    const why = 'Not taken: this is the lease of openai.max_qps on h1';
    expect(lease.view.refusals).toEqual([{ id: 'x', reason: why }]);
    expect([lease.hasRequest, lease.needsApply]).toEqual([false, false]);
  });

  it('has not been tried before it was, and from then on remembers it', () => {
    const lease = fresh();
    lease.request(wish());
    expect(lease.memory.isTried).toBe(false);
    lease.begin('applying');
    lease.notApplied('/etc/k.json is malformed');
    expect(lease.memory.isTried).toBe(true);
    expect(notes(lease).at(-1)).toBe('4 could not be applied: /etc/k.json is malformed');
    lease.begin('undoing');
    lease.refused('Nothing was changed');
    expect(lease.view).toMatchObject({ state: 'refused', endedAt: NOW });
    expect(notes(lease).at(-1)).toBe('Nothing was changed');
    expect(world.shown).toEqual(lease.view);
  });

  it('whose time is over before it was tried was not tried', () => {
    const lease = fresh();
    lease.request(wish());
    lease.begin('undoing');
    expect(lease.memory.isTried).toBe(false);
    lease.refused('Nothing was changed');
    expect(notes(lease).slice(1)).toEqual(['Its time is over', 'Nothing was changed']);
    expect(lease.needsApply).toBe(false);
  });
});

describe('a lease in effect', () => {
  it('is so since the first value, and shows the newest', () => {
    const lease = live();
    expect(lease.view).toMatchObject({ state: 'active', value: 4, current: 4, appliedAt: NOW });
    expect(notes(lease).at(-1)).toBe('8 → 4 in /etc/k.json');
    world.now = at('03:30:00');
    lease.request(wish({ value: 2 }));
    lease.begin('applying');
    expect(lease.view).toMatchObject({ state: 'active', value: 4 });
    lease.decide(state(4), 2);
    lease.applied(change(4, 2, ['KingFisher was restarted']));
    expect(lease.view).toMatchObject({ state: 'active', original: 8, value: 2, current: 2, appliedAt: NOW });
    expect(notes(lease).at(-1)).toBe('4 → 2 in /etc/k.json; KingFisher was restarted');
    expect(world.shown).toEqual(lease.view);
  });

  it('keeps what is in effect when a second wish cannot be carried out', () => {
    const lease = live();
    lease.request(wish({ value: 2 }));
    lease.begin('applying');
    lease.notApplied('no');
    expect(lease.view.state).toBe('active');
    lease.request(wish({ value: 3 }));
    expect(lease.wanted.value).toBe(3);
  });

  it('takes only the newest value for its own where the host knows of none', () => {
    const lease = live();
    lease.request(wish({ value: 2 }));
    apply(lease, 4);
    lease.begin('undoing');
    expect(lease.decide(state(4), null)).toEqual({ kind: 'overtaken' });
    expect(lease.decide(state(2), null)).toEqual({ kind: 'set', expected: 2, value: 8 });
  });

  it('is wanted until its time, and not at it', () => {
    const lease = live();
    world.now = at('03:59:59');
    expect(lease.isWanted).toBe(true);
    world.now = at('04:00:00');
    expect(lease.isWanted).toBe(false);
  });

  it('is wanted by whoever extends it', () => {
    const lease = live();
    lease.extend({ by: 'anna', reason: 'still too many', until: at('09:00:00') });
    expect(lease.view.owners.at(-1)).toEqual({ owner: 'anna', reason: 'still too many', until: at('09:00:00') });
    expect(lease.view.endsAt).toBe(at('09:00:00'));
    expect(notes(lease).at(-1)).toBe(`Extended until ${at('09:00:00')} by anna: still too many`);
    world.now = at('08:00:00');
    expect(lease.isWanted).toBe(true);
  });
});

describe('the undo of a lease', () => {
  it('begins when its time is over, and nobody owns it from then on', () => {
    const lease = live();
    lease.begin('undoing');
    expect(lease.view).toMatchObject({ state: 'undoing', owners: [], endedAt: null });
    expect(notes(lease).at(-1)).toBe('Its time is over');
    expect(world.shown).toEqual(lease.view);
  });

  it('says what is put back, and when it ended', () => {
    const lease = live();
    world.now = at('04:00:00');
    lease.begin('undoing');
    world.now = at('04:00:02');
    lease.undone(change(4, 8, ['KingFisher was restarted']));
    expect(lease.view).toMatchObject({ state: 'undone', current: 8, endedAt: at('04:00:02') });
    expect(notes(lease).at(-1)).toBe('8 is put back; KingFisher was restarted');
    expect(world.shown).toEqual(lease.view);
  });

  it('that had nothing to do any more says so', () => {
    const lease = live();
    lease.begin('undoing');
    lease.undone(change(8, 8));
    expect(lease.view.state).toBe('undone');
    expect(notes(lease).at(-1)).toBe('8 is there again already');
  });

  it('of what was written, and that nobody heard of, is an undo as well', () => {
    const lease = fresh();
    lease.request(wish());
    lease.begin('applying');
    lease.decide(state(8), 4);
    lease.notApplied('the restart failed');
    lease.begin('undoing');
    lease.undone(change(4, 8));
    expect(lease.view.state).toBe('undone');
  });

  it('that fails says since when and why, once for the same reason', () => {
    const lease = live();
    lease.begin('undoing');
    lease.undoFailed('the agent is away');
    world.now = at('04:00:10');
    lease.undoFailed('the agent is away');
    lease.undoFailed('KingFisher is away');
    expect(lease.memory.failingSince).toBe(NOW);
    expect(notes(lease).slice(-3)).toEqual([
      'Its time is over',
      '8 could not be put back: the agent is away',
      '8 could not be put back: KingFisher is away',
    ]);
  });

  it('that is not wanted any more keeps the value', () => {
    const lease = live();
    lease.begin('undoing');
    lease.undoFailed('the agent is away');
    lease.request(wish({ owner: 'bela' }));
    lease.resume();
    expect(notes(lease).slice(-2)).toEqual([
      'Wanted again before it was undone',
      `4 wanted until ${at('04:00:00')} by bela: 429 from OpenAI`,
    ]);
    expect([lease.view.state, lease.needsApply, lease.memory.failingSince]).toEqual(['active', true, NOW]);
    apply(lease, 4);
    // Whether a later undo fails for long is counted from its own first failure.
    expect(lease.memory.failingSince).toBeNull();
  });

  it('is hurried by a release for all, and by nothing else', () => {
    const lease = live();
    lease.release({ ...by, owner: 'root' });
    lease.begin('undoing');
    lease.release({ ...by, owner: 'root' });
    expect(lease.isHurried).toBe(false);
    lease.release({ by: 'bela', reason: 'now' });
    expect(lease.isHurried).toBe(true);
    expect(notes(lease).slice(-2)).toEqual([
      'Released for root by anna: OpenAI is well',
      'To be undone now, says bela: now',
    ]);
    expect(live().isHurried).toBe(false);
  });

  it('is not hurried by the release that begins it', () => {
    const lease = live();
    lease.release(by);
    expect([lease.isHurried, notes(lease).at(-1)]).toEqual([false, 'Released by anna: OpenAI is well']);
  });

  it('that finds another value ends it, also where a second wish found that', () => {
    const lease = live(incidents('A'));
    lease.request(wish({ owner: 'anna', value: 2, id: 'x' }));
    lease.begin('applying');
    lease.overtaken('/etc/k.json has 6 by another hand');
    expect(lease.view).toMatchObject({ state: 'overtaken', owners: [], endedAt: NOW });
    const why = 'Overtaken, left alone: /etc/k.json has 6 by another hand';
    expect(lease.view.refusals).toEqual([{ id: 'x', reason: why }]);
    expect(told.slice(1)).toMatchObject([{ state: 'overtaken', why: '/etc/k.json has 6 by another hand' }]);
  });

  it('that a person gives up ends it, and incidents hear it', () => {
    const lease = live(incidents('A'));
    lease.begin('undoing');
    lease.undoFailed('the host is gone');
    lease.abandon({ by: 'anna', reason: 'h1 was rebuilt' });
    const what = 'Given up by anna: h1 was rebuilt; 8 was not put back';
    expect(lease.view).toMatchObject({ state: 'abandoned', endedAt: NOW });
    expect([lease.isOver, lease.memory.failingSince, notes(lease).at(-1)]).toEqual([true, null, what]);
    expect(told.slice(1)).toMatchObject([{ incident: 'incident/A/h1', state: 'overtaken', why: what }]);
  });
});

describe('a lease that is over', () => {
  it('takes another wish as a new one, and remembers nothing but what was', () => {
    const lease = live(incidents('A', { until: at('03:30:00') }));
    lease.release(by);
    lease.begin('undoing');
    lease.undoFailed('the agent is away');
    lease.undone(change(4, 8));
    lease.reopen();
    const { notes: before, changes } = structuredClone(lease.view);
    world.now = at('05:00:00');
    const again = wish({ owner: 'bela', value: 2, until: at('06:00:00') });
    lease.request(again);
    const anew = newMemory({ host: 'h1', setting: SETTING }, NOW);
    const owners = [{ owner: 'bela', reason: '429 from OpenAI', until: at('06:00:00') }];
    expect({ ...lease.memory, view: { ...lease.view, notes: lease.view.notes.slice(0, -1) } }).toEqual({
      ...{ ...anew, wish: again, escalation: again.escalation },
      view: { ...anew.view, value: 2, owners, endsAt: at('06:00:00'), notes: before, changes },
    });
  });

  it('has the original that is there then', () => {
    const lease = live();
    undo(lease);
    lease.request(wish());
    apply(lease, 6);
    expect(lease.view).toMatchObject({ original: 6, value: 4, state: 'active' });
  });

  it('begins anew also where it ended in the run before this one', () => {
    const lease = live();
    lease.begin('undoing');
    lease.undone(change(4, 8));
    const next = fresh({ state: structuredClone(lease.memory) });
    next.request(wish());
    expect([next.isOver, next.isAskedAgain]).toEqual([true, true]);
    next.reopen();
    expect([next.isOver, next.isAskedAgain, next.needsApply]).toEqual([false, false, true]);
  });
});
