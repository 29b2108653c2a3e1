import { StoodStill, Watchdog } from '../../../../src/simulate/time/watchdog';

const never = new Promise<never>(() => undefined);

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('lets what goes on come to its result', async () => {
  await expect(new Watchdog(10).unlessStill(Promise.resolve('done'))).resolves.toBe('done');
  expect(jest.getTimerCount()).toBe(0);
});

it('gives up what shows no sign for too long, and nothing sooner', async () => {
  const watchdog = new Watchdog(10_000);
  const ends: unknown[] = [];
  const watched = watchdog.unlessStill(never).catch((err: unknown) => ends.push(err));
  await jest.advanceTimersByTimeAsync(9_000);
  watchdog.sign();
  await jest.advanceTimersByTimeAsync(9_000);
  expect(ends).toEqual([]);
  await jest.advanceTimersByTimeAsync(3_000);
  await watched;
  expect(ends).toEqual([expect.any(StoodStill)]);
});
