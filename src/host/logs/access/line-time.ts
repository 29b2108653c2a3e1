const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
/** `29/Nov/2026:08:00:00 +0000` */
const COMMON_BYTES = 26;
/** `2026-11-29T08:00:00.000+00:00` */
const MOST_BYTES = 32;
const DAY_MS = 86_400_000;

/** The time between the brackets of a line. Most lines have that of the line before: it is remembered. */
export class LineTime {
  private readonly known = Buffer.alloc(MOST_BYTES);
  private length = 0;
  private value = NaN;

  /** Epoch milliseconds; `NaN` for what is no time. */
  read(bytes: Buffer, from: number, to: number): number {
    const length = to - from;
    if (length === this.length && this.isKnown(bytes, from)) return this.value;
    if (length > MOST_BYTES || length === 0) return NaN;
    bytes.copy(this.known, 0, from, to);
    this.length = length;
    this.value = length === COMMON_BYTES ? common(bytes, from) : otherwise(bytes, from, to);
    return this.value;
  }

  /** From its end: seconds differ first. */
  private isKnown(bytes: Buffer, from: number): boolean {
    for (let at = this.length - 1; at >= 0; at--) if (this.known[at] !== bytes[from + at]) return false;
    return true;
  }
}

function common(bytes: Buffer, at: number): number {
  const month = MONTHS.indexOf(bytes.toString('latin1', at + 3, at + 6)) / 3;
  if (!Number.isInteger(month) || month < 0) return otherwise(bytes, at, at + COMMON_BYTES);
  const two = (from: number) => (bytes[from]! - 48) * 10 + bytes[from + 1]! - 48;
  const day = two(at);
  const [hour, minute, second] = [two(at + 12), two(at + 15), two(at + 18)];
  const sign = bytes[at + 21] === 45 ? -1 : 1;
  const zone = sign * (two(at + 22) * 60 + two(at + 24)) * 60_000;
  const isTime = day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 60 && Math.abs(zone) < DAY_MS;
  if (!isTime) return NaN;
  return Date.UTC(two(at + 7) * 100 + two(at + 9), month, day, hour, minute, second) - zone;
}

/** Only ISO 8601 with a zone: what else a clock may mean is not guessed. */
function otherwise(bytes: Buffer, from: number, to: number): number {
  const text = bytes.toString('latin1', from, to);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/.test(text)
    ? Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
    : NaN;
}
