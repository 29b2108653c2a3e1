import { z } from 'zod';
import type { Alert } from '../shared/alert';
import { roughDuration } from '../shared/text/durations';
import { shown } from './problems';

const time = z.iso.datetime({ offset: true });
/** Clocks that are kept by NTP differ by less: not worth telling. */
const TOLD_BEYOND_MS = 10_000;

type Start = Pick<Alert, 'startsAt' | 'claimedStart'> & { finding?: { name: string; detail: string } };

/** Milliseconds since 1970, undefined for what is no time. */
export function parseTime(value: unknown): number | undefined {
  return time.safeParse(value).success ? Date.parse(value as string) : undefined;
}

/**
 * When an alert began. No clock is believed but our own: a start that is later than the receipt, or before 1970, or no
 * time at all, is the receipt.
 *
 * @param receivedAt ISO 8601
 */
export function readStart(value: unknown, receivedAt: string): Start {
  const ms = parseTime(value);
  const received = Date.parse(receivedAt);
  // One spelling for one moment: episodes are compared as text.
  const claimedStart = ms === undefined ? shown(value) : new Date(ms).toISOString();
  if (ms !== undefined && ms > 0 && ms <= received) return { startsAt: claimedStart };
  const start = { startsAt: receivedAt, claimedStart };
  if (ms !== undefined && ms > received && ms - received <= TOLD_BEYOND_MS) return start;
  return {
    ...start,
    finding: { name: 'StartClamped', detail: `${why(claimedStart, ms, received)}: it counts from its receipt` },
  };
}

function why(claimed: string, ms: number | undefined, received: number): string {
  if (ms === undefined) return `the alert says ${claimed} where its start should be`;
  if (ms <= 0) return `the alert says that it began at ${claimed}`;
  return `the alert says that it began at ${claimed}, ${roughDuration(ms - received)} after it was received`;
}
