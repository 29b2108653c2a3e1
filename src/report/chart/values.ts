import { formatDuration } from '../../shared/text/durations';
import { size } from '../../shared/text/sizes';

/** `1.5 GiB`, `4.2 s`, `12 %`, `1 200 /min` */
export function formatValue(value: number, unit: string): string {
  if (!Number.isFinite(value)) return '-';
  switch (unit) {
    case 'B':
      return value < 0 ? `-${size(-value)}` : size(value);
    case 's':
      return value === 0 ? '0 s' : formatDuration(value * 1_000);
    case '':
      return formatNumber(value);
    default:
      return `${formatNumber(value)} ${unit}`;
  }
}

/** At most three digits that count after the first, a narrow space between thousands. */
export function formatNumber(value: number): string {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  const [whole = '', fraction] = String(rounded).split('.');
  const spaced = whole.replace(/\B(?=(?:\d{3})+$)/g, '\u202f');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}
