import type { Evidence } from '../../shared/observations/change';
import { linesSince } from '../logs/log-since';

/** How the lines are known in which the log speaks of Telegram. */
export interface RefusalWords {
  /** A line that tells of 429 or 409 is about Telegram where it holds one of these. */
  about: readonly string[];
  /** And none of these. */
  notAbout: readonly string[];
}

export interface Refusals {
  evidence: Evidence;
  limited: string[];
  conflicts: string[];
  retryAfterMs: number | null;
}

/** The number by itself: no part of another number, of a time, or of a fraction. */
const LIMITED = /(?<!\d[.,:]?)429(?![.,:]?\d)|too many requests|flood(?:_wait| control)/i;
const CONFLICT = /(?<!\d[.,:]?)409(?![.,:]?\d).*getUpdates|terminated by other getUpdates|conflict.*getUpdates/i;
const RETRY_AFTER = /retry[ _-]?(?:after|in)\D{0,5}(\d{1,6})/i;
/** `2026-11-23T10:00:05,429`: of such a time nothing counts. */
const TIMES = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?|"(?:time|ts|timestamp)":\s?"?[\d.]+/g;

/** The lines since then in which Telegram refused something. */
export function findRefusals(lines: readonly string[], since: number, words: RefusalWords): Omit<Refusals, 'evidence'> {
  const [young = []] = linesSince([...lines], since);
  const own = young.filter((line) => isAbout(line.toLowerCase(), words));
  const told = own.map((line) => ({ line, words: line.replace(TIMES, '') }));
  const limited = told.filter((one) => LIMITED.test(one.words));
  const waits = limited.flatMap((one) => RETRY_AFTER.exec(one.words)?.[1] ?? []).map((text) => Number(text) * 1_000);
  return {
    limited: limited.map(({ line }) => line),
    // That of a webhook says the same, and is another fault.
    conflicts: told.filter((one) => CONFLICT.test(one.words) && !/webhook/i.test(one.words)).map(({ line }) => line),
    retryAfterMs: waits.length === 0 ? null : Math.max(...waits),
  };
}

function isAbout(line: string, { about, notAbout }: RefusalWords): boolean {
  const holds = (word: string) => line.includes(word.toLowerCase());
  return about.some(holds) && !notAbout.some(holds);
}
