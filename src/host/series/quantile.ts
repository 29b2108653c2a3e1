/** How many observations were at most `le`, as a histogram counts them. */
export interface Bucket {
  le: number;
  count: number;
}

/**
 * A quantile (0 to 1) of a histogram, as Prometheus' `histogram_quantile` tells it: linear within its bucket, and the
 * upper end of the highest finite one where it lies above that. Undefined where nothing was observed.
 */
export function quantileOf(quantile: number, buckets: readonly Bucket[]): number | undefined {
  const ascending = [...buckets].sort((a, b) => a.le - b.le);
  const total = ascending.at(-1)?.count ?? 0;
  if (ascending.at(-1)?.le !== Infinity || !(total > 0)) return undefined;
  const rank = quantile * total;
  const index = ascending.findIndex(({ count }) => count >= rank);
  const [before, bucket] = [ascending[index - 1], ascending[index]!];
  if (bucket.le === Infinity) return before?.le;
  const [from, below] = [before?.le ?? Math.min(0, bucket.le), before?.count ?? 0];
  if (bucket.count === below) return bucket.le;
  return from + ((bucket.le - from) * (rank - below)) / (bucket.count - below);
}
