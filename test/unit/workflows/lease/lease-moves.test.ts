import type { KnownChange, SettingState, SettingValue } from '../../../../src/shared/safety/lease';
import { newMemory } from '../../../../src/workflows/lease/lease-memory';
import type { LeaseMemory } from '../../../../src/workflows/lease/lease-memory';
import { decideMove } from '../../../../src/workflows/lease/lease-moves';
import { NOW, SETTING, state } from './leases';

/** What a lease that changed 8 to 4 knows, or may have changed it; or one that has not looked yet. */
function knows(original: SettingValue | null, ours: SettingValue[] = []): LeaseMemory {
  const memory = newMemory({ host: 'h1', setting: SETTING }, NOW);
  memory.view.original = original;
  return Object.assign(memory, { ours });
}

function seen(value: SettingValue, hand?: KnownChange['hand']): SettingState {
  return state(value, hand === undefined ? {} : { ledger: { original: 8, hand } });
}

describe('a wish for 4', () => {
  it('that finds 8 changes it, and remembers both', () => {
    const memory = knows(null);
    expect(decideMove(memory, seen(8), 4)).toEqual({ kind: 'set', expected: 8, value: 4 });
    expect(memory).toMatchObject({ ours: [4], view: { original: 8, current: 8 } });
  });

  it('that finds 4 by nobody is needless', () => {
    expect(decideMove(knows(null), seen(4), 4)).toEqual({ kind: 'needless' });
    expect(decideMove(knows(null), seen(4, 'another'), 4)).toEqual({ kind: 'needless' });
  });

  it('that finds 4 by a lease before it has the original of that one', () => {
    for (const hand of ['halcyon', 'unclear'] as const) {
      const memory = knows(null);
      expect(decideMove(memory, seen(4, hand), 4)).toEqual({ kind: 'set', expected: 4, value: 4 });
      expect(memory.view).toMatchObject({ original: 8, current: 4 });
    }
  });

  it('that finds another hand at it takes what is there for the original', () => {
    const memory = knows(null);
    expect(decideMove(memory, seen(6, 'another'), 4)).toEqual({ kind: 'set', expected: 6, value: 4 });
    expect(memory.view.original).toBe(6);
  });

  it('of a lease that wrote it already, and did not hear of it, writes it', () => {
    const memory = knows(8, [4]);
    expect(decideMove(memory, seen(4), 4)).toEqual({ kind: 'set', expected: 4, value: 4 });
    expect(memory.ours).toEqual([4]);
  });
});

describe('an undo to 8', () => {
  it.each([
    ['what Halcyon wrote, as it remembers', seen(4)],
    ['what Halcyon wrote, as the host says', seen(5, 'halcyon')],
    ['what Halcyon wrote beside other edits', seen(5, 'unclear')],
  ])('replaces %s', (_what, there) => {
    const memory = knows(8, [4]);
    expect(decideMove(memory, there, null)).toEqual({ kind: 'set', expected: there.value, value: 8 });
    expect(memory).toMatchObject({ ours: [4], view: { original: 8, current: there.value } });
  });

  it.each([
    ['a value that Halcyon never wrote', seen(6)],
    ["Halcyon's own value by another hand", seen(4, 'another')],
  ])('leaves %s alone', (_what, there) => {
    const memory = knows(8, [4]);
    expect(decideMove(memory, there, null)).toEqual({ kind: 'overtaken' });
    expect(memory.view.current).toBe(there.value);
  });

  it('is tried also where 8 is there again: an attempt that died may have something left to do', () => {
    for (const there of [seen(8), seen(8, 'another')]) {
      expect(decideMove(knows(8, [4]), there, null)).toEqual({ kind: 'set', expected: 8, value: 8 });
    }
  });

  it('of a lease that knows nothing more has the original from the host', () => {
    expect(decideMove(knows(null), seen(4, 'halcyon'), null)).toEqual({ kind: 'set', expected: 4, value: 8 });
    expect(decideMove(knows(null), seen(4), null)).toEqual({ kind: 'needless' });
  });
});
