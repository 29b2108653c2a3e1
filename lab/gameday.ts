import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { anySeed, onSite, parsePace, runMain, sayTimed as say, wholeNumber } from './support/command-line';
import { faultNames, readRounds } from './gameday/catalogue';
import type { Round } from './gameday/catalogue';
import { FaultHost } from './gameday/fault-host';
import { plan } from './gameday/plan';
import { floorOf, playRound } from './gameday/play';
import { jsonOf, markdownOf, rowText } from './gameday/report';
import { setUpGameday } from './gameday/site';
import { judge } from './gameday/verdict';
import type { Row } from './gameday/verdict';
import { labUnavailable } from './lab-host';
import { sampleOf } from './support/random';
import { LAB_PACE } from './monitoring/monitoring-config';
import type { Pace } from './monitoring/monitoring-config';
import type { GamedaySite } from './gameday/site';
import type { WholeSite } from './whole-site';

interface GamedayOptions {
  seed: number;
  sample?: number;
  pace: Pace;
  observe?: boolean;
  floor: boolean;
  output?: string;
  list?: boolean;
  keepLogs?: boolean;
  json?: boolean;
}

/** `npm run gameday`: breaks a real host in every way of the catalogue, and looks whether each ends as it should. */
async function main(): Promise<number> {
  const command = new Command('npm run gameday --')
    .description(
      'break a lab host in every way of lab/faults/ and let the real Prometheus and Alertmanager fire: is the right\n' +
        'cause named, is it healed or are the right people called, and is anything else changed? Exit code 1 when not',
    )
    .argument('[name...]', 'only these faults; a+b are two at once')
    .option('--sample <n>', 'so many of them, by the seed', wholeNumber)
    .option('--seed <n>', 'makes the same choices again', wholeNumber, anySeed())
    .option('--pace <pace>', '"deployed", or how many times as fast monitoring runs', parsePace, LAB_PACE)
    .option('--observe', 'Halcyon changes nothing: it names the cause, and people are called')
    .option('--no-floor', 'do not measure the bare remedies')
    .option('--output <folder>', 'write gameday.md and gameday.json there')
    .option('--list', 'print the faults and play none')
    .option('--keep-logs', 'leave configuration and logs behind')
    .option('--json', 'print the result as one JSON object in the end')
    .parse();
  const options = command.opts<GamedayOptions>();
  if (options.list === true) return await list();
  const rounds = await readRounds(namesOf(command.args, options));
  const unavailable = labUnavailable();
  if (unavailable !== null) throw new Error(unavailable);
  const mode = options.observe === true ? 'observe' : 'auto';
  return await onSite({
    name: 'gameday',
    setUp: async (directory) => await setUpGameday({ directory, pace: options.pace, mode }, say),
    work: async (site, signal) => report(await play(site, rounds, options, signal), options),
    keepLogs: options.keepLogs === true,
  });
}

async function play(
  site: GamedaySite,
  rounds: Round[],
  { seed, observe = false, floor }: GamedayOptions,
  signal: AbortSignal,
): Promise<Row[]> {
  const host = await FaultHost.of(site.host);
  const floors = floor && !observe ? await measureFloors(site, host, rounds, signal) : new Map<string, number | null>();
  const rows: Row[] = [];
  const playing = { site, host, observe, signal, say };
  for (const [at, round] of plan(rounds, seed).entries()) {
    say(`${at + 1} of ${rounds.length}, ${round.name}: ${round.faults.map(({ fault }) => fault.what).join('; ')}`);
    const played = await playRound(playing, round, floors.get(round.name) ?? null);
    const judged = round.faults.map(({ fault }, which) => judge(fault, played[which]!, observe));
    for (const row of judged) say(rowText(row));
    rows.push(...judged);
  }
  return rows;
}

/** While nobody watches: what is broken and mended at once must begin no incident. */
async function measureFloors(
  { monitoring }: WholeSite,
  host: FaultHost,
  rounds: Round[],
  signal: AbortSignal,
): Promise<Map<string, number | null>> {
  say('measuring the bare remedies, unwatched');
  await monitoring.alertmanager.stop();
  const floors = new Map<string, number | null>();
  for (const { name, faults } of rounds) {
    if (faults.length === 1) floors.set(name, await floorOf(host, faults[0]!.fault, signal));
  }
  await monitoring.alertmanager.start();
  return floors;
}

function report(rows: Row[], { seed, observe = false, output, json }: GamedayOptions): number {
  const markdown = markdownOf(rows, { seed, observe });
  if (output !== undefined) {
    writeFileSync(join(output, 'gameday.md'), markdown);
    writeFileSync(join(output, 'gameday.json'), `${jsonOf(rows, seed)}\n`);
  }
  process.stdout.write(json === true ? `${JSON.stringify({ seed, faults: rows })}\n` : markdown);
  return rows.every(({ ok }) => ok) ? 0 : 1;
}

function namesOf(names: string[], { sample, seed }: GamedayOptions): string[] {
  if (sample === undefined) return names;
  return sampleOf(names.length === 0 ? faultNames() : names, sample, seed);
}

async function list(): Promise<number> {
  for (const { name, fault } of (await readRounds([])).flatMap(({ faults }) => faults)) {
    process.stdout.write(`${name}: ${fault.what} (${fault.alert})\n`);
  }
  return 0;
}

runMain('gameday', main);
