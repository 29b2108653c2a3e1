import { daysUntil, growthOf } from '../../../../src/shared/report/growth';

const DAY_MS = 86_400_000;
const at = (day: number, value: number): [number, number] => [day * DAY_MS, value];

describe('growth', () => {
  it('is the slope of the best line, whatever the noise around it', () => {
    const points = [at(0, 100), at(1, 112), at(2, 118), at(3, 132), at(4, 138)];
    expect(growthOf(points)).toEqual({ days: 4, perDay: expect.closeTo(9.6, 5) as number });
    expect(growthOf([at(0, 30), at(2, 20), at(4, 10)]).perDay).toBeCloseTo(-5);
    expect(growthOf([at(20_000, 7), at(20_003, 7), at(20_006, 7)]).perDay).toBeCloseTo(0);
  });

  it.each([
    ['nothing', [], 0],
    ['one moment', [at(0, 1)], 0],
    ['two days', [at(0, 1), at(1, 2), at(2, 3)], 2],
    ['two points, however far apart', [at(0, 1), at(30, 2)], 30],
    ['points that are no numbers', [at(0, 1), at(2, NaN), at(4, 2)], 4],
  ])('is not known of %s', (_what, points, days) => {
    expect(growthOf(points)).toEqual({ days, perDay: null });
  });
});

it.each([
  ['grows', 100, 40, 2, 30],
  ['does not grow', 100, 40, 0, null],
  ['shrinks', 100, 40, -1, null],
  ['is full already', 100, 100, 5, 0],
])('says when what %s is full', (_what, limit, now, perDay, days) => {
  expect(daysUntil(limit, now, perDay)).toBe(days);
});
