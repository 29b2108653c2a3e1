import { Pace } from '../../../src/intake/pace';

let now: number;
let pace: Pace;

beforeEach(() => {
  now = 1_000_000;
  pace = new Pace(() => now);
});

/** Tells it as soon and as often as it may be told, for this long. */
function tellFor(ms: number, incident = 'a'): number {
  const end = now + ms;
  let count = 0;
  while (now + pace.waitMs(incident) < end) {
    now += pace.waitMs(incident);
    pace.told(incident);
    count += 1;
  }
  now = end;
  return count;
}

describe('Pace', () => {
  it('lets the first four go at once, then four a second', () => {
    expect([1, 2, 3, 4].map(() => [pace.waitMs('a'), pace.told('a')][0])).toEqual([0, 0, 0, 0]);
    expect(pace.waitMs('a')).toBe(250);
    expect(tellFor(60_000)).toBeLessThanOrEqual(240);
    expect(tellFor(60_000)).toBeGreaterThanOrEqual(239);
  });

  it('lets four go at once again after a second of rest', () => {
    tellFor(10_000);
    now += 1_000;
    for (let i = 0; i < 4; i++) pace.told('a');
    expect(pace.waitMs('a')).toBe(250);
  });

  it('is each incident’s own, and starts anew with another run', () => {
    for (let i = 0; i < 4; i++) pace.told('a');
    expect(pace.waitMs('b')).toBe(0);
    pace.forget('a');
    expect(pace.waitMs('a')).toBe(0);
  });

  it('remembers ten thousand incidents at most, and none that has rested', () => {
    for (let i = 0; i < 4; i++) pace.told('first');
    for (let i = 0; i < 9_999; i++) pace.told(`${i}`);
    expect(pace.waitMs('first')).toBe(250);
    pace.told('one more');
    expect(pace.waitMs('first')).toBe(0);
  });
});
