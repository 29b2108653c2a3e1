/** How long something took, of all that are known. Milliseconds. */
export interface Spread {
  count: number;
  medianMs: number;
  p95Ms: number;
  worstMs: number;
}

/** Null where there is none. The median of an even number is the mean of the two in the middle. */
export function spreadOf(all: readonly number[]): Spread | null {
  const sorted = all.filter((ms) => Number.isFinite(ms)).sort((a, b) => a - b);
  const count = sorted.length;
  if (count === 0) return null;
  const middle = Math.floor(count / 2);
  const medianMs = count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { count, medianMs, p95Ms: sorted[Math.ceil(count * 0.95) - 1]!, worstMs: sorted[count - 1]! };
}

/** From one moment to the other; undefined where one is not known, or two clocks disagree on which was first. */
export function between(from: string | null, to: string | null): number | undefined {
  if (from === null || to === null) return undefined;
  const ms = Date.parse(to) - Date.parse(from);
  return ms >= 0 ? ms : undefined;
}
