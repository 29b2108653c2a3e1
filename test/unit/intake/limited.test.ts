import { forEachLimited } from '../../../src/intake/limited';

describe('forEachLimited', () => {
  it('does every item, never more than the limit at once', async () => {
    const done: number[] = [];
    let underWay = 0;
    let most = 0;
    await forEachLimited(Array.from({ length: 50 }, (_, i) => i).values(), 4, async (item) => {
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay -= 1;
      done.push(item);
    });
    expect(done).toHaveLength(50);
    expect(new Set(done).size).toBe(50);
    expect(most).toBe(4);
  });

  it('rejects with the first failure', async () => {
    const work = (item: number) => (item === 2 ? Promise.reject(new Error('two')) : Promise.resolve());
    await expect(forEachLimited([1, 2, 3], 2, work)).rejects.toThrow('two');
  });
});
