import { closeSync, openSync, writeSync } from 'node:fs';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const LINES = 7_000;
const PAGES = 16;
const TIME = '29/Nov/2026:08:00:00 +0000';
/** What the log covers, up to now. */
export const LOG_MS = 20 * 3_600_000;

interface Page {
  text: Buffer;
  /** Where the times stand. */
  times: number[];
}

/** Writes an access log of so many bytes, as of a busy service: one request in fifty is refused. */
export function makeLog(file: string, bytes: number): void {
  const random = createRandom();
  const pages = Array.from({ length: PAGES }, () => makePage(random));
  const each = pages[0]!.text.length;
  const count = Math.max(1, Math.round(bytes / each));
  const begin = Date.now() - LOG_MS;
  const fd = openSync(file, 'w');
  try {
    for (let at = 0; at < count; at++) {
      const { text, times } = pages[at % PAGES]!;
      const time = Buffer.from(commonTime(begin + (LOG_MS * (at + 1)) / count));
      for (const place of times) time.copy(text, place);
      writeSync(fd, text);
    }
  } finally {
    closeSync(fd);
  }
}

function makePage(random: () => number): Page {
  const lines = Array.from({ length: LINES }, () => lineOf(random));
  const text = Buffer.from(lines.join(''));
  const times: number[] = [];
  for (let at = text.indexOf(TIME); at >= 0; at = text.indexOf(TIME, at + 1)) times.push(at);
  return { text, times };
}

function lineOf(random: () => number): string {
  const below = (limit: number) => Math.floor(random() * limit);
  const luck = random();
  const status = luck < 0.01 ? 401 : luck < 0.015 ? 403 : luck < 0.02 ? 429 : 200;
  const address = status === 200 ? `10.${below(4)}.${below(256)}.${below(256)}` : `203.0.113.${below(256)}`;
  const client = random() < 0.5 ? '-' : `client-${below(50)}`;
  const request = `POST /api/v1/analysis/images/${below(1_000_000)} HTTP/1.1`;
  const agent = 'python-httpx/0.27.2 (kingfisher-client; linux x86_64)';
  return `${address} - ${client} [${TIME}] "${request}" ${status} ${below(9_000)} "-" "${agent}"\n`;
}

function commonTime(at: number): string {
  const date = new Date(at);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}

/** The same log each time. */
function createRandom(): () => number {
  let seed = 1;
  return () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return seed / 0x8000_0000;
  };
}
