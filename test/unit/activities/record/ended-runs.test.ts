import { EndedRuns } from '../../../../src/activities/control/record/ended-runs';

const BEGAN = Date.parse('2026-11-23T03:00:00Z');
const MINUTE = 60_000;

let now: number;
let ended: EndedRuns;

beforeEach(() => {
  now = BEGAN;
  ended = new EndedRuns(() => now);
});

function run(runId: string, minute: number) {
  return { runId, closeTime: new Date(BEGAN + minute * MINUTE) };
}

function missing(runs: ReturnType<typeof run>[], over: string[] | null): string[] {
  return ended.missing(runs, over === null ? null : new Set(over)).map(({ runId }) => runId);
}

it('begins with all that Temporal has, less what the store has', () => {
  expect(ended.since.getTime()).toBe(0);
  expect(missing([run('a', -60), run('b', -30)], ['a'])).toEqual(['b']);
});

it('lists again what ended lately, and nothing older, once all of it is kept', () => {
  missing([run('a', -60), run('b', 10)], ['a']);
  ended.endRound();
  expect(ended.since.getTime()).toBe(0);
  missing([run('a', -60), run('b', 10)], []);
  ended.done(run('b', 10));
  ended.endRound();
  expect(ended.since).toEqual(new Date(BEGAN + 8 * MINUTE));
  expect(missing([run('b', 10), run('late', 9)], [])).toEqual(['late']);
});

it('with a store that cannot say what it has, keeps what ended since, and waits for ten minutes with what ended before', () => {
  const runs = [run('before', -1), run('since', 1)];
  expect(missing(runs, null)).toEqual(['since']);
  ended.done(run('since', 1));
  ended.endRound();
  expect(ended.since.getTime()).toBe(0);
  now += 11 * MINUTE;
  expect(missing(runs, null)).toEqual(['before']);
});
