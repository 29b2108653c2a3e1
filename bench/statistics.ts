/** The value below which `share` of the measurements lie (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('nothing was measured');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

export interface Percentiles {
  p50Ms: number;
  p99Ms: number;
}

export function percentiles(values: readonly number[]): Percentiles {
  return { p50Ms: round(percentile(values, 0.5)), p99Ms: round(percentile(values, 0.99)) };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
