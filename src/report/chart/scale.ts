/** From a value to its place in the drawing. */
export interface Scale {
  min: number;
  max: number;
  ticks: number[];
  at(value: number): number;
}

const DECIMAL = [1, 2, 2.5, 5, 10];
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Between two marks of an axis of time. */
const TIME_STEPS = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 365].map((n) => n * DAY),
];

/** An axis of values that begins and ends with a round one. `base`: 1024 for bytes, 60 for seconds above a minute. */
export function valueScale(min: number, max: number, from: number, to: number, unit: string, most = 6): Scale {
  const [low, high] = min === max ? [Math.min(0, min), max > 0 ? max : min + 1] : [min, max];
  const step = roundStep((high - low) / (most - 1), unit);
  const first = Math.floor(low / step) * step;
  const last = Math.ceil(high / step - 1e-9) * step;
  const ticks: number[] = [];
  for (let n = 0; first + n * step <= last + step / 2; n++) ticks.push(clean(first + n * step));
  return scaled(first, Math.max(last, first + step), from, to, ticks);
}

/** An axis of time: marks at round moments in UTC, which need not be at its ends. */
export function timeScale(min: number, max: number, from: number, to: number, most: number): Scale {
  const end = max > min ? max : min + 1;
  const step = TIME_STEPS.find((one) => (end - min) / one <= most) ?? TIME_STEPS.at(-1)! * 2;
  const ticks: number[] = [];
  for (let at = Math.ceil(min / step) * step; at <= end; at += step) ticks.push(at);
  return scaled(min, end, from, to, ticks);
}

/** The mark of a moment, as precise as the distance between two: `03:15`, `03:15:10`, `23 Nov`. */
export function timeLabel(at: number, ticks: readonly number[]): string {
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : MINUTE;
  const iso = new Date(at).toISOString();
  const day = `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1]!}`;
  if (step >= DAY) return day;
  if (step >= MINUTE) return at % DAY === 0 ? day : iso.slice(11, 16);
  return step >= SECOND ? iso.slice(11, 19) : iso.slice(11, 23);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function scaled(min: number, max: number, from: number, to: number, ticks: number[]): Scale {
  return { min, max, ticks, at: (value) => from + ((value - min) / (max - min)) * (to - from) };
}

function roundStep(rough: number, unit: string): number {
  const base = unit === 'B' && rough >= 1 ? 1024 ** Math.floor(Math.log(rough) / Math.log(1024)) : 1;
  const bounded = unit === 's' && rough >= 1 ? timeStep(rough) : undefined;
  if (bounded !== undefined) return bounded;
  const magnitude = base * 10 ** Math.floor(Math.log10(rough / base));
  const steps = unit === 'B' || unit === 's' || unit === '' ? DECIMAL.filter(Number.isInteger) : DECIMAL;
  return Math.max(unit === '' ? 1e-9 : 0, magnitude * steps.find((step) => magnitude * step >= rough * (1 - 1e-9))!);
}

/** Seconds are marked as clocks are. */
function timeStep(rough: number): number | undefined {
  const found = TIME_STEPS.find((step) => step >= rough * SECOND);
  return found === undefined ? undefined : found / SECOND;
}

/** Without the noise of binary fractions. */
function clean(value: number): number {
  return Number(value.toPrecision(12));
}
