/** Sizes as people write them in halcyon.yaml: `512KiB`, `1MiB`, `2GiB`, or decimal `100MB`. */

const UNIT_BYTES: Record<string, number> = {
  TiB: 1024 ** 4,
  GiB: 1024 ** 3,
  MiB: 1024 ** 2,
  KiB: 1024,
  TB: 1e12,
  GB: 1e9,
  MB: 1e6,
  kB: 1e3,
  B: 1,
};
const SIZE = /^(\d+)([KMGT]iB|[kMGT]?B)$/;

/**
 * Bytes of a written size, or `undefined` when the text is not one.
 *
 * @example parseSize('1MiB') // 1_048_576
 */
export function parseSize(text: string): number | undefined {
  const [, amount, unit] = SIZE.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const bytes = Number(amount) * UNIT_BYTES[unit]!;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Bytes in the largest unit that says them exactly; `parseSize` reads it back. */
export function sizeText(bytes: number): string {
  const [unit, factor] = Object.entries(UNIT_BYTES).find(([, size]) => bytes >= size && bytes % size === 0) ?? ['B', 1];
  return `${bytes / factor}${unit}`;
}
