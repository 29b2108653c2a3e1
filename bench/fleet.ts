import { join } from 'node:path';
import { quietTemporal } from '../src/temporal/quiet';
import { runBenchmark } from './benchmark';
import { measureAway } from './fleet/away';
import type { Away } from './fleet/away';
import { measureHealing } from './fleet/healing';
import type { Healing } from './fleet/healing';

const WIDTH = 40;

type Result = Omit<Away, 'events' | 'eventsPerHourWithAll'> & Healing;

/**
 * What many incidents at once cost: on one development server with one controller, first for hosts whose agents are
 * away, then, on another, for hosts that heal.
 */
runBenchmark({
  name: 'fleet',
  description:
    'many incidents at once: taken, closed, memory and events of those that wait, Temporal actions of those healed',
  count: { option: 'hosts', byDefault: 600 },
  measure,
  report: (result) => [
    line('alerts accepted', result.acceptedPerS, 'a second', 'at least 100'),
    line('incidents healed and closed', result.closedPerS, 'a second', 'at least 10'),
    `${'as many by Temporal alone'.padEnd(WIDTH)} ${result.bareClosedPerS} a second: Halcyon closes ${shareOf(result)} of that`,
    line('controller, for each open', result.controllerMbPerOpen, 'MB', 'at most 0.3'),
    line('development server, for each open', result.serverMbPerOpen, 'MB', 'at most 0.3'),
    line('an incident that waits for its agent', result.eventsPerHourWaiting, 'events an hour', 'at most 60'),
    line('a healed incident, its clock and guard', result.actionsPerHealed, 'actions', 'at most 60'),
  ],
});

async function measure(directory: string, count: number, say: (line: string) => void): Promise<Result> {
  quietTemporal();
  const { events, eventsPerHourWithAll, ...away } = await measureAway(join(directory, 'away'), count, say);
  say(`an incident has ${events.toFixed(0)} events; with clock and guard ${eventsPerHourWithAll.toFixed(0)} an hour`);
  // Told also where the second part fails.
  say(JSON.stringify(away));
  const healing = await measureHealing(join(directory, 'healing'), count, say);
  return rounded({ ...away, ...healing });
}

function rounded(result: Result): Result {
  const entries = Object.entries(result).map(([name, value]) => [name, Number(value.toFixed(2))]);
  return Object.fromEntries(entries) as Result;
}

function shareOf({ closedPerS, bareClosedPerS }: Result): string {
  return `${Math.round((100 * closedPerS) / bareClosedPerS)} %`;
}

function line(what: string, value: number, unit: string, aim: string): string {
  return `${what.padEnd(WIDTH)} ${value} ${unit} (aim: ${aim})`;
}
