import type { Hopeless, Look } from '../../../../src/activities/host/watch/reading';
import { ReadingWatch } from '../../../../src/activities/host/watch/reading-watch';

const WANTED = { deadlineMs: 60_000, windowMs: 1_000 };
const WELL = { standing: 'well' };
const UNWELL = { standing: 'down' };
const gone = (hopeless: Hopeless): Omit<Look, 'observedAt'> => ({ ...UNWELL, hopeless });
const DEAD = gone({ notRunning: 1_000 });
const WAITING = gone({ dependencyNotReady: 3_000 });

/** Tells a watch one look after another, `[at, look]`; the verdict that the last of them brings. */
function play(looks: [number, Omit<Look, 'observedAt'>][], wanted = WANTED) {
  const watch = new ReadingWatch(wanted, 0);
  for (const [at, look] of looks) {
    const verdict = watch.judge({ ...look, observedAt: `t${at}` }, at);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

describe('a reading that is waited for', () => {
  it('holds after one unbroken window, since its first moment', () => {
    const looks: [number, Omit<Look, 'observedAt'>][] = [
      [0, UNWELL],
      [100, WELL],
    ];
    expect(play([...looks, [1_099, WELL]])).toBeUndefined();
    expect(play([...looks, [1_100, WELL]])).toEqual({
      holds: true,
      since: 't100',
      heldMs: 1_000,
      ended: 'held',
      waitedMs: 1_100,
    });
  });

  it('holds at once where no window is asked for', () => {
    expect(play([[0, WELL]], { deadlineMs: 0, windowMs: 0 })).toMatchObject({ holds: true, heldMs: 0 });
  });

  it('begins its window anew after a single failure', () => {
    const looks: [number, Omit<Look, 'observedAt'>][] = [
      [0, WELL],
      [900, UNWELL],
      [950, WELL],
    ];
    expect(play([...looks, [1_900, WELL]])).toBeUndefined();
    expect(play([...looks, [1_950, WELL]])).toMatchObject({ since: 't950' });
  });

  it('ends at the deadline, and does not hold', () => {
    const wanted = { deadlineMs: 500, windowMs: 1_000 };
    expect(
      play(
        [
          [0, WELL],
          [499, WELL],
        ],
        wanted,
      ),
    ).toBeUndefined();
    const late = { holds: false, ended: 'deadline', since: null, heldMs: 0 };
    expect(
      play(
        [
          [0, WELL],
          [500, WELL],
        ],
        wanted,
      ),
    ).toMatchObject(late);
  });

  it('that waits for something else ends when that was seen for its time without a break', () => {
    expect(
      play([
        [0, WAITING],
        [2_000, WELL],
        [2_500, WAITING],
        [5_000, WAITING],
      ]),
    ).toBeUndefined();
    expect(
      play([
        [0, WAITING],
        [3_000, WAITING],
      ]),
    ).toMatchObject({ holds: false, ended: 'dependencyNotReady' });
    expect(
      play([
        [0, UNWELL],
        [9_000, UNWELL],
      ]),
    ).toBeUndefined();
  });

  it('that is refused ends so', () => {
    const refused = gone({ refused: 2_000 });
    expect(
      play([
        [0, refused],
        [1_999, refused],
      ]),
    ).toBeUndefined();
    expect(
      play([
        [0, refused],
        [2_000, refused],
      ]),
    ).toMatchObject({ ended: 'refused' });
  });

  it('that does not run ends after a second of it; where it was well before it died', () => {
    expect(
      play([
        [0, DEAD],
        [999, DEAD],
      ]),
    ).toBeUndefined();
    expect(
      play([
        [0, DEAD],
        [1_000, DEAD],
      ]),
    ).toMatchObject({ holds: false, ended: 'notRunning' });
    const died = play([
      [100, WELL],
      [300, DEAD],
      [1_300, DEAD],
    ]);
    expect(died).toMatchObject({ holds: false, since: null, ended: 'died', heldMs: 1_200 });
  });

  it('goes on when it is not hopeless for a moment, and while something answers well', () => {
    expect(
      play([
        [0, DEAD],
        [500, UNWELL],
        [600, DEAD],
        [1_500, DEAD],
      ]),
    ).toBeUndefined();
    const answers = { ...WELL, hopeless: { notRunning: 1_000 } };
    expect(
      play([
        [0, answers],
        [900, answers],
      ]),
    ).toBeUndefined();
    expect(
      play([
        [0, answers],
        [1_000, answers],
      ]),
    ).toMatchObject({ ended: 'held' });
  });
});
