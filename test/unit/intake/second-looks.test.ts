import { LOOK_AFTER_MS, SecondLooks } from '../../../src/intake/second-looks';
import type { Alert } from '../../../src/shared/alert';
import { alert } from '../../support/incidents';

const ID = 'incident/A/h1';
const firing = alert();

let brought: Alert[];
let looks: SecondLooks;

beforeEach(() => {
  jest.useFakeTimers();
  brought = [];
  looks = new SecondLooks((one) => void brought.push(one));
});
afterEach(() => {
  jest.useRealTimers();
});

test('a copy that nobody resolves is brought again once, when copies can come no more', () => {
  looks.expect(ID, firing);
  jest.advanceTimersByTime(LOOK_AFTER_MS - 1_000);
  looks.expect(ID, firing);
  expect(brought).toEqual([]);
  jest.advanceTimersByTime(1_000);
  expect(brought).toEqual([firing]);
  jest.advanceTimersByTime(10 * LOOK_AFTER_MS);
  expect(brought).toHaveLength(1);
});

test('not after its end, whatever start that has; another one is', () => {
  looks.expect(ID, firing);
  looks.expect('incident/A/h2', firing);
  looks.forget(ID, { ...firing, startsAt: '2026-01-01T00:00:00.000Z', status: 'resolved' });
  jest.advanceTimersByTime(LOOK_AFTER_MS);
  expect(brought).toHaveLength(1);
});

test('five hundred wait at most: the oldest are left to their sender', () => {
  for (let i = 0; i < 600; i++) looks.expect(ID, { ...firing, fingerprint: `f${i}` });
  jest.advanceTimersByTime(LOOK_AFTER_MS);
  expect(brought).toHaveLength(500);
  expect(brought[0]?.fingerprint).toBe('f100');
  expect(jest.getTimerCount()).toBe(0);
});
