import { sampleOf } from '../../../lab/support/random';
import { sizeOf } from '../../support/sample';

const HUNDRED = Array.from({ length: 100 }, (_, at) => at);

describe('a sample', () => {
  it('is as large as asked for, in the order of the items, and the same for the same seed', () => {
    const first = sampleOf(HUNDRED, 10, 7);
    expect(new Set(first).size).toBe(10);
    expect([...first].sort((a, b) => a - b)).toEqual(first);
    expect(sampleOf(HUNDRED, 10, 7)).toEqual(first);
    expect(sampleOf(HUNDRED, 10, 8)).not.toEqual(first);
    expect(sampleOf(HUNDRED, 1_000, 7)).toEqual(HUNDRED);
  });

  it('says how much of what it is, and how to have it again', () => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      expect(sizeOf('the storm', { full: 100, sample: 10 })).toBe(10);
      expect(write.mock.calls.join('')).toMatch(/^the storm: 10 of 100, HALCYON_CHAOS_SEED=\d+\n$/);
    } finally {
      write.mockRestore();
    }
  });
});
