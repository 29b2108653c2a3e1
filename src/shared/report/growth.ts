const DAY_MS = 86_400_000;
/** A line through less than this says nothing of months. */
const LEAST_DAYS = 3;
const LEAST_POINTS = 3;

export interface Growth {
  /** Over how many days it was seen. */
  days: number;
  /** By least squares; null where there is too little to say. */
  perDay: number | null;
}

/** How a value grows: the slope of the line that fits its points best. Of fewer than three points or days, nobody can say. */
export function growthOf(points: readonly (readonly [at: number, value: number])[]): Growth {
  const known = points.filter(([at, value]) => Number.isFinite(at) && Number.isFinite(value));
  const times = known.map(([at]) => at);
  const days = known.length === 0 ? 0 : (Math.max(...times) - Math.min(...times)) / DAY_MS;
  if (known.length < LEAST_POINTS || days < LEAST_DAYS) return { days, perDay: null };
  const meanDay = mean(times) / DAY_MS;
  const meanValue = mean(known.map(([, value]) => value));
  const both = known.map(([at, value]) => ({ day: at / DAY_MS - meanDay, value: value - meanValue }));
  const together = both.reduce((sum, { day, value }) => sum + day * value, 0);
  const alone = both.reduce((sum, { day }) => sum + day * day, 0);
  return { days, perDay: together / alone };
}

/** Days until `now` has become `limit`; null where it does not grow. 0 for what is full already. */
export function daysUntil(limit: number, now: number, perDay: number): number | null {
  if (now >= limit) return 0;
  return perDay > 0 ? (limit - now) / perDay : null;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
