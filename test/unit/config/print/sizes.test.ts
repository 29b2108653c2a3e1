import { parseSize, sizeText } from '../../../../src/config/print/sizes';

it.each([
  ['0B', 0],
  ['512B', 512],
  ['1KiB', 1_024],
  ['1MiB', 1_048_576],
  ['2GiB', 2_147_483_648],
  ['1TiB', 1_099_511_627_776],
  ['100MB', 100_000_000],
  ['1500kB', 1_500_000],
])('parseSize(%s) is %d, and sizeText says a size that reads back', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
  expect(parseSize(sizeText(bytes))).toBe(bytes);
});

it.each(['', '1', 'MiB', '1.5MiB', '-1MiB', '1 MiB', '1mib', '1MiB ', '99999999TiB'])('%j is not a size', (text) => {
  expect(parseSize(text)).toBeUndefined();
});
