import { growthOf } from '../../../shared/report/growth';
import { CAPACITY_PARTS, CAPACITY_WORDS } from '../../../shared/observations/reviews/capacity';
import type { CapacityReading, CapacityState } from '../../../shared/observations/reviews/capacity';
import type { Chart } from '../../../shared/report/document';
import type { Task, TaskResult } from '../task';
import { amount, forecastOf, growthText, shortText, whenFull } from './capacity-forecast';
import type { Forecast } from './capacity-forecast';
import { readPart } from './parts';

interface Seen {
  forecasts: Forecast[];
  notes: string[];
  unknown: string[];
  notLooked: string[];
}

/** The document says no more than "capacity planning review": what grows, and when it is full. */
export const capacity: Task = {
  cite: 'G.8',
  title: 'Capacity planning review',
  async work(site) {
    const seen: Seen = { forecasts: [], notes: [], unknown: [], notLooked: [] };
    for (const part of CAPACITY_PARTS) {
      const name = CAPACITY_WORDS[part];
      const found = await readPart(() => site.look(`Capacity: ${name}`, (host) => host.observeCapacity({ part })));
      if ('unknown' in found) seen.unknown.push(`${name} (${found.unknown})`);
      else if ('notConfigured' in found) seen.notLooked.push(`${name} (${found.notConfigured})`);
      else add(seen, found.seen);
    }
    return reviewed(seen);
  },
};

function add(seen: Seen, { readings, notes, fullWithinMs }: CapacityState): void {
  seen.forecasts.push(...readings.map((reading) => forecastOf(reading, growthOf(reading.trend.points), fullWithinMs)));
  seen.notes.push(...notes);
}

function reviewed({ forecasts, notes, unknown, notLooked }: Seen): TaskResult {
  const short = forecasts.filter(({ isShort }) => isShort);
  const parts = [
    `${forecasts.length} looked at`,
    short.length === 0 ? 'none is nearly full' : `nearly full: ${short.map(shortText).join(', ')}`,
    ...(unknown.length === 0 ? [] : [`NOT KNOWN: ${unknown.join('; ')}`]),
    ...(notLooked.length === 0 ? [] : [`not looked: ${notLooked.join('; ')}`]),
  ];
  return {
    state: forecasts.length === 0 && unknown.length > 0 ? 'failed' : 'done',
    detail: parts.join('; '),
    lines: notes,
    table: {
      head: ['What', 'Now', 'At the most', 'Growth', 'Full'],
      rows: forecasts.map((forecast) => rowOf(forecast)),
    },
    charts: forecasts.filter(({ reading }) => reading.trend.points.length > 1).map(({ reading }) => chartOf(reading)),
    toDo: toDoOf(short, unknown),
  };
}

function rowOf(forecast: Forecast): string[] {
  const { reading } = forecast;
  const most = reading.limit === null ? '–' : amount(reading.limit, reading.unit);
  return [reading.name, amount(reading.now, reading.unit), most, growthText(forecast), whenFull(forecast)];
}

function chartOf({ name, unit, limit, trend }: CapacityReading): Chart {
  return {
    title: name,
    unit,
    series: [{ name, points: trend.points }],
    ...(limit === null ? {} : { limit: { value: limit, label: 'full' } }),
  };
}

function toDoOf(short: Forecast[], unknown: string[]): string | null {
  const room = short.length === 0 ? [] : [`Make room, or grow it: ${short.map(shortText).join('; ')}`];
  const read = unknown.length === 0 ? [] : [`Make readable: ${unknown.join('; ')}`];
  return room.length + read.length === 0 ? null : [...room, ...read].join('. ');
}
