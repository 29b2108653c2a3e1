import type { BusinessHours } from '../../shared/observations/images/images';
import { parseTimeOfDay } from '../../shared/paging/duty';
import { WEEKDAYS } from '../../shared/observations/images/images';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/** For how many milliseconds business hours have been open, a day at the most; null when they are closed. */
export function openFor(hours: BusinessHours, now: number): number | null {
  const isOpen = openingOf(hours);
  if (!isOpen(now)) return null;
  // Minute by minute of real time: so no change of the clocks has to be known.
  let minutes = 0;
  while (minutes < DAY_MINUTES && isOpen(now - (minutes + 1) * MINUTE_MS)) minutes++;
  return minutes * MINUTE_MS + (now % MINUTE_MS);
}

function openingOf({ days, from, to, timeZone }: BusinessHours): (at: number) => boolean {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const start = parseTimeOfDay(from) ?? 0;
  const length = ((parseTimeOfDay(to) ?? 0) - start + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  return (at) => {
    const parts = clock.formatToParts(at);
    const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
    const minute = Number(part('hour')) * 60 + Number(part('minute'));
    const sinceStart = (minute - start + DAY_MINUTES) % DAY_MINUTES;
    // What passes midnight belongs to the day on which it began.
    const back = minute < start ? 1 : 0;
    const day = WEEKDAYS.findIndex((name) => name === part('weekday')) - back;
    return sinceStart < length && days.includes(WEEKDAYS.at(day)!);
  };
}
