import { setImmediate as nextTurn } from 'node:timers/promises';
import { forEachLimited } from '../../../src/intake/limited';

test('runs everything, never more than the limit at once', async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await forEachLimited([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++running);
    await nextTurn();
    running -= 1;
    done.push(item);
  });
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test('fails with the first failure, and others are still taken', async () => {
  const taken: number[] = [];
  const run = forEachLimited([1, 2, 3, 4], 2, async (item) => {
    taken.push(item);
    await nextTurn();
    if (item === 1) throw new Error('one');
  });
  await expect(run).rejects.toThrow('one');
  for (let turn = 0; turn < 100 && taken.length < 4; turn++) await nextTurn();
  expect(taken).toEqual([1, 2, 3, 4]);
});
