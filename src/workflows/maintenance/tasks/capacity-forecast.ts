import { daysUntil } from '../../../shared/report/growth';
import type { Growth } from '../../../shared/report/growth';
import type { CapacityReading } from '../../../shared/observations/reviews/capacity';
import { size } from '../../../shared/text/sizes';
import { counted } from '../../../shared/text/text';

const DAY_MS = 86_400_000;
/** Fuller than this is something for people, however slowly it grows. */
const NEARLY_FULL = 0.8;
/** Nobody plans further than this. */
const DAYS_AT_MOST = 3_650;

export interface Forecast {
  reading: CapacityReading;
  growth: Growth;
  /** Null where it does not grow, has no limit, or where nobody can say. */
  days: number | null;
  isShort: boolean;
}

export function forecastOf(reading: CapacityReading, growth: Growth, fullWithinMs: number): Forecast {
  const { now, limit } = reading;
  const days = limit === null || growth.perDay === null ? null : daysUntil(limit, now, growth.perDay);
  const isSoon = days !== null && days * DAY_MS <= fullWithinMs;
  const isFull = limit !== null && limit > 0 && now / limit >= NEARLY_FULL;
  return { reading, growth, days, isShort: isSoon || isFull };
}

/** `disk /srv 84%, in 41 days` */
export function shortText(forecast: Forecast): string {
  const { name, now, limit } = forecast.reading;
  const share = limit === null || limit <= 0 ? '' : ` ${Math.round((100 * now) / limit)}%`;
  return `${name}${share}, ${whenFull(forecast)}`;
}

export function whenFull({ reading: { limit, now }, growth, days }: Forecast): string {
  if (limit !== null && now >= limit) return 'full now';
  if (limit === null) return 'no limit is known';
  if (growth.perDay === null) return 'nobody can say when';
  if (days === null) return 'not at this rate';
  return days > DAYS_AT_MOST ? 'in more than 10 years' : `in ${counted(Math.max(1, Math.round(days)), 'day')}`;
}

/** `1.2 MiB a day, by Prometheus over 28 days`, or why it is not known. */
export function growthText({ reading: { unit, trend }, growth }: Forecast): string {
  if (trend.source === 'none') return trend.why;
  if (growth.perDay === null) return `not enough to say: ${counted(Math.floor(growth.days), 'day')} seen`;
  const sign = growth.perDay < 0 ? '-' : '';
  const by = trend.source === 'prometheus' ? 'Prometheus' : 'the folders of the days';
  return `${sign}${amount(Math.abs(growth.perDay), unit)} a day, by ${by} over ${counted(Math.round(growth.days), 'day')}`;
}

export function amount(value: number, unit: CapacityReading['unit']): string {
  if (unit === 'B') return size(Math.round(value));
  return `${Math.round(value * 10) / 10}${unit}`;
}
