/** `2026-11-23T10:00:05.123Z`, `2026-11-23 10:00:05,123`: without a zone it is the host's. */
const TIME = /(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,3})\d*)?\s?(Z|[+-]\d\d:?\d\d)?/;
/** Of JSON lines: seconds or milliseconds since 1970. */
const EPOCH = /"(?:time|ts|timestamp)":\s?(\d{10})(\d{3})?\b/;
/** Where a line has its time: near its start, also in JSON. */
const HEAD_CHARACTERS = 160;
/** One clock, read at different places: the time of a file's last write lags behind by a tick. */
export const TICK_MS = 50;
/** Of a log without times nobody knows where a start begins. */
const UNDATED_LINES = 40;

/**
 * The lines of a log that can be of a start, surest first: from the first that is dated after it; then with those before it
 * that have no date, as stacks and the last words of a program that had no logger yet.
 */
export function linesSince(lines: string[], since: number): string[][] {
  const times = lines.map(timeOf);
  if (times.every((time) => time === undefined)) return [lines.slice(-UNDATED_LINES)];
  const isYoung = (time: number) => time >= (time % 1_000 === 0 ? Math.floor(since / 1_000) * 1_000 : since - TICK_MS);
  const first = times.findIndex((time) => time !== undefined && isYoung(time));
  const lastOld = times.findLastIndex((time) => time !== undefined && !isYoung(time));
  const wide = lines.slice(lastOld + 1);
  return first > lastOld ? [lines.slice(first), wide] : [wide];
}

/** Those of a time after `since`, with what follows each without a time of its own. */
export interface DatedLines {
  lines: string[];
  /** The log goes back before `since`, so that these are all of them. */
  isAll: boolean;
  /** False where no line has a time: then these are the last of them, whenever they were written. */
  isDated: boolean;
}

/** What a log says of a window that ends now. `isWhole`: there is nothing before these lines. */
export function linesOfWindow(lines: string[], since: number, isWhole: boolean): DatedLines {
  const times = lines.map(timeOf);
  if (lines.length > 0 && times.every((time) => time === undefined)) {
    return { lines: lines.slice(-UNDATED_LINES), isAll: false, isDated: false };
  }
  let isYoung = false;
  let isOlderSeen = isWhole;
  const young = lines.filter((_line, index) => {
    const time = times[index];
    if (time !== undefined) isYoung = time >= since - TICK_MS;
    if (time !== undefined && !isYoung) isOlderSeen = true;
    return isYoung;
  });
  return { lines: young, isAll: isOlderSeen, isDated: true };
}

function timeOf(line: string): number | undefined {
  const head = line.slice(0, HEAD_CHARACTERS);
  const [, day, time, fraction = '0', zone = ''] = TIME.exec(head) ?? [];
  if (day === undefined || time === undefined) {
    const [, seconds, milliseconds = '0'] = EPOCH.exec(head) ?? [];
    return seconds === undefined ? undefined : Number(seconds) * 1_000 + Number(milliseconds);
  }
  const parsed = Date.parse(`${day}T${time}.${fraction.padEnd(3, '0')}${zone.replace(/^(...)(\d\d)$/, '$1:$2')}`);
  return Number.isNaN(parsed) ? undefined : parsed;
}
