import { formatDuration, parseDuration, roughDuration } from '../../../../src/shared/text/durations';

describe('parseDuration', () => {
  it.each([
    ['0s', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['1d2h3m4s5ms', 93_784_005],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '30', '30x', '30 s', ' 30s', '30s ', '1.5h', '-1s', '1e3s', 's', '30S', '1w', '99999999999999999d'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('roughDuration', () => {
  it.each([
    [0, 'less than a second'],
    [999, 'less than a second'],
    [1_000, '1 s'],
    [35_140, '35 s'],
    [59_990, '59 s'],
    [95_400, '1 m 35 s'],
    [5_400_000, '1 h 30 m'],
  ])('%d ms is %s', (ms, text) => {
    expect(roughDuration(ms)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [1_000, '1 s'],
    [4_200, '4.2 s'],
    [60_000, '1 m'],
    [61_000, '1 m 1 s'],
    [600_000, '10 m'],
    [5_400_000, '1 h 30 m'],
    [7_200_000, '2 h'],
    [-4_200, '-4.2 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it.each([999.6, 59_960, 59_999])('%d ms is not said with a full unit of the smaller kind', (ms) => {
    expect(formatDuration(ms)).not.toMatch(/^(1000 ms|60 s)$/);
  });
});
