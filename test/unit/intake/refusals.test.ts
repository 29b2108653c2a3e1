import { Refusals } from '../../../src/intake/refusals';
import type { Refusal } from '../../../src/intake/refusals';

const MINUTE_MS = 60_000;

let now: number;
let warnings: object[];
let refusals: Refusals;

beforeEach(() => {
  now = Date.parse('2026-11-23T10:00:00Z');
  warnings = [];
  refusals = new Refusals({ warn: (what: object) => void warnings.push(what) }, () => now);
});

function note(more: Partial<Refusal> = {}): void {
  refusals.note({ status: 401, sender: '10.0.0.1', bytes: 5, reason: 'why', ...more });
}

test('the first of a sender and status is told at once, and the rest once a minute', () => {
  note();
  note();
  note({ sender: '10.0.0.2' });
  note({ status: 400 });
  expect(warnings).toEqual([
    { status: 401, sender: '10.0.0.1', bytes: 5, reason: 'why' },
    { status: 401, sender: '10.0.0.2', bytes: 5, reason: 'why' },
    { status: 400, sender: '10.0.0.1', bytes: 5, reason: 'why' },
  ]);
  now += MINUTE_MS - 1;
  note();
  expect(warnings).toHaveLength(3);
  now += 1;
  note({ reason: 'newest' });
  expect(warnings.at(-1)).toEqual({
    status: 401,
    sender: '10.0.0.1',
    bytes: 5,
    reason: 'newest',
    alsoSinceLastWarning: 2,
  });
});

test('what was refused is counted for ten minutes', () => {
  expect(refusals.lately()).toBeUndefined();
  note();
  now += 5 * MINUTE_MS;
  note();
  note({ status: 413 });
  expect(refusals.lately()).toMatchObject({ byStatus: { 401: 2, 413: 1 }, newestAt: '2026-11-23T10:05:00.000Z' });
  now += 5 * MINUTE_MS;
  expect(refusals.lately()).toMatchObject({ byStatus: { 401: 1, 413: 1 } });
  now += 5 * MINUTE_MS;
  expect(refusals.lately()).toBeUndefined();
});
