import { LineTime } from './line-time';

const [LINE_END, SPACE, QUOTE, BACKSLASH, OPEN, CLOSE, BRACE] = [10, 32, 34, 92, 91, 93, 123];
/** An IPv6 address with a zone and a port is shorter. */
const ADDRESS_BYTES = 64;
const CLIENT_BYTES = 64;
/** Of a line in JSON. */
const JSON_BYTES = 16 * 1024;

const NO_IDENT = ' - ';
/** Four quotes, side by side. */
const QUOTES = 0x22222222;
/** Columns of the counts: 401, 403, 429, and all others. */
export const OTHER = 3;

/**
 * One line of an access log, in the combined format or in JSON, read in place. Whoever reads millions of them makes no text
 * of any: what it holds are positions in `bytes`.
 */
export class AccessLine {
  bytes: Buffer = Buffer.alloc(0);
  addressFrom = 0;
  addressTo = 0;
  clientFrom = 0;
  clientTo = 0;
  column = OTHER;
  private timeFrom = 0;
  private timeTo = 0;
  /** Of a line in JSON. */
  private known = NaN;
  private viewed: Buffer = this.bytes;
  private view = new DataView(this.bytes.buffer);
  private readonly times = new LineTime();
  private readonly scratch = Buffer.alloc(512);

  /** Where the line after the one that was read begins. */
  next = 0;

  /**
   * Reads the line at `from`, which has an end. False where it is no request: half a line, another format, or a text that
   * somebody smuggled in.
   */
  read(bytes: Buffer, from: number): boolean {
    const end = bytes.indexOf(LINE_END, from);
    this.next = end + 1;
    let begin = from;
    // A log that was truncated under its writer begins with zeros.
    while (bytes[begin] === 0) begin++;
    return this.combined(bytes, begin, end) || (bytes[begin] === BRACE && this.json(bytes, begin, end));
  }

  /** `address ident client [time] "request" status`, and whatever follows. */
  private combined(bytes: Buffer, from: number, end: number): boolean {
    let at = from;
    while (bytes[at]! > SPACE) at++;
    const addressTo = at;
    if (at === from || at - from > ADDRESS_BYTES || bytes[at] !== SPACE) return false;
    at++;
    while (bytes[at]! > SPACE) at++;
    if (bytes[at] !== SPACE) return false;
    const clientFrom = at + 1;
    const open = findTime(bytes, clientFrom, end);
    if (open < 0) return false;
    const close = closeOf(bytes, open, end);
    at = this.quote(bytes, close + 3, end);
    const status = bytes[at + 1] === SPACE ? statusAt(bytes, at + 2) : -1;
    if (status < 0 || at >= end) return false;
    this.bytes = bytes;
    this.addressFrom = from;
    this.addressTo = addressTo;
    this.clientFrom = clientFrom;
    this.clientTo = open > clientFrom ? open - 1 : clientFrom;
    this.column = columnOf(status);
    this.timeFrom = open + 1;
    this.timeTo = close;
    return true;
  }

  /** The quote that ends a request, or `end`: servers escape one within it. Four bytes at a time hold none, mostly. */
  private quote(bytes: Buffer, from: number, end: number): number {
    if (this.viewed !== bytes) {
      this.viewed = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const { view } = this;
    let at = from;
    for (; at + 4 <= end; at += 4) {
      const other = view.getInt32(at) ^ QUOTES;
      if (((other - 0x01010101) & ~other & 0x80808080) !== 0) break;
    }
    while (at < end && (bytes[at] !== QUOTE || isEscaped(bytes, at))) at++;
    return at;
  }

  /** Epoch milliseconds; `NaN` for what is no time. */
  time(): number {
    return this.bytes === this.scratch ? this.known : this.times.read(this.bytes, this.timeFrom, this.timeTo);
  }

  private json(bytes: Buffer, from: number, end: number): boolean {
    if (end - from > JSON_BYTES) return false;
    const known = parse(bytes.toString('utf8', from, end));
    if (known === undefined) return false;
    const { address, client, status, time } = known;
    // As it would stand in the combined format.
    const addressTo = this.scratch.write(address);
    const clientFrom = addressTo + this.scratch.write(NO_IDENT, addressTo);
    const clientTo = clientFrom + this.scratch.write(client, clientFrom);
    Object.assign(this, { bytes: this.scratch, addressFrom: 0, addressTo, clientFrom, clientTo });
    this.known = time;
    this.column = columnOf(status);
    return true;
  }
}

/** The bracket before the time. A name may have brackets in it: a time has a quote behind it, which servers escape in names. */
function findTime(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (bytes[at] !== OPEN) continue;
    const close = closeOf(bytes, at, end);
    if (close >= 0 && bytes[close + 1] === SPACE && bytes[close + 2] === QUOTE) return at;
  }
  return -1;
}

function closeOf(bytes: Buffer, open: number, end: number): number {
  // The usual time is 26 long.
  if (bytes[open + 27] === CLOSE) return open + 27;
  for (let at = open + 1; at < open + 36 && at < end; at++) if (bytes[at] === CLOSE) return at;
  return -1;
}

/** Behind an odd number of backslashes. */
function isEscaped(bytes: Buffer, quote: number): boolean {
  let at = quote;
  while (bytes[at - 1] === BACKSLASH) at--;
  return (quote - at) % 2 === 1;
}

function statusAt(bytes: Buffer, at: number): number {
  let status = 0;
  for (let digit = at; digit < at + 3; digit++) {
    const value = bytes[digit]! - 48;
    if (!(value >= 0 && value <= 9)) return -1;
    status = status * 10 + value;
  }
  const after = bytes[at + 3]!;
  return after === SPACE || after === LINE_END || after === 13 ? status : -1;
}

function columnOf(status: number): number {
  if (status === 401) return 0;
  if (status === 403) return 1;
  return status === 429 ? 2 : OTHER;
}

const KEYS = {
  address: ['remote_addr', 'remote_ip', 'client_ip', 'remoteAddress', 'ip'],
  client: ['remote_user', 'user', 'client', 'client_id'],
  status: ['status', 'status_code', 'response_code'],
  time: ['time', 'timestamp', '@timestamp', 'time_iso8601', 'ts'],
};

function parse(text: string): { address: string; client: string; status: number; time: number } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const found = (names: string[]) => Object.entries(value).find(([name]) => names.includes(name))?.[1] as unknown;
  const [address, client, status, time] = [KEYS.address, KEYS.client, KEYS.status, KEYS.time].map(found);
  const at = timeOf(time);
  if (typeof address !== 'string' || address.length > ADDRESS_BYTES || Number.isNaN(at)) return undefined;
  if (!/^\d{3}$/.test(String(status))) return undefined;
  const name = typeof client === 'string' && client.length <= CLIENT_BYTES ? client : '-';
  return { address, client: name, status: Number(status), time: at };
}

/** ISO 8601 with a zone, or seconds or milliseconds since 1970. */
function timeOf(time: unknown): number {
  if (typeof time === 'number') return time < 1e11 ? time * 1_000 : time;
  if (typeof time !== 'string') return NaN;
  return /^\d{4}-.*(Z|[+-]\d\d:?\d\d)$/.test(time) ? Date.parse(time) : NaN;
}
