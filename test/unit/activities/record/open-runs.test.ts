import { OpenRuns } from '../../../../src/activities/control/record/open-runs';
import { entry } from '../../../support/recorded';

let now: number;
let open: OpenRuns;

beforeEach(() => {
  now = 0;
  open = new OpenRuns(() => now);
});

function view(changedAt: string, entries = 1) {
  return { changedAt, timeline: Array.from({ length: entries }, (_, id) => entry(id)) };
}

/** Seconds from now until it is read again. */
function nextAfter(changedAt: string): number {
  open.due([{ runId: 'a' }]);
  open.isNews('a', view(changedAt));
  const from = now;
  while (open.due([{ runId: 'a' }]).length === 0) now += 1_000;
  return (now - from) / 1_000;
}

it('reads one that changes often, and one in which nothing changes more and more seldom', () => {
  expect(nextAfter('1')).toBe(5);
  expect(nextAfter('1')).toBe(10);
  expect(nextAfter('1')).toBe(20);
  for (let i = 0; i < 5; i++) nextAfter('1');
  expect(nextAfter('1')).toBe(120);
  expect(nextAfter('2')).toBe(5);
});

it('reads all at once when the store is back', () => {
  for (let i = 0; i < 5; i++) nextAfter('1');
  open.isNews('a', view('1'));
  expect(open.due([{ runId: 'a' }])).toEqual([]);
  open.lookAgain();
  expect(open.due([{ runId: 'a' }])).toHaveLength(1);
});

it('has news until they are kept', () => {
  open.due([{ runId: 'a' }]);
  expect(open.isNews('a', view('1'))).toBe(true);
  expect(open.isNews('a', view('1'))).toBe(true);
  open.kept('a', view('1'));
  expect(open.isNews('a', view('1'))).toBe(false);
  expect(open.isNews('a', view('2'))).toBe(true);
});

it('is at risk when the view may leave out soon what is not kept', () => {
  open.due([{ runId: 'a' }]);
  open.isNews('a', view('1', 99));
  expect(open.isAtRisk('a', view('1', 99))).toBe(false);
  expect(open.isAtRisk('a', view('1', 100))).toBe(true);
  open.kept('a', view('1', 100));
  expect(open.isAtRisk('a', view('2', 199))).toBe(false);
});
