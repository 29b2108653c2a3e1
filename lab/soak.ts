import { Command } from 'commander';
import { anySeed, onSite, parsePace, positive, runMain } from './support/command-line';
import { labUnavailable } from './lab-host';
import { detectionMs } from './monitoring/monitoring-config';
import type { Pace } from './monitoring/monitoring-config';
import { Observer, incidentRuns } from './soak/observer';
import { broken, secondsOf, story } from './soak/report';
import type { SoakResult } from './soak/report';
import { SoakRun } from './soak/run';
import { schedule } from './soak/schedule';
import { FIRST_TIER_MS, setUpSoak } from './soak/site';
import type { SoakSite } from './soak/site';
import { judge } from './soak/verdict';
import type { Bounds } from './soak/verdict';

const UNWATCHED_MS = 60_000;
/** A page that is due takes a moment to arrive. */
const PAGE_WITHIN_MS = 30_000;

interface SoakOptions {
  minutes: number;
  seed: number;
  pace: Pace;
  keepLogs?: boolean;
  json?: boolean;
}

/** `npm run soak`: breaks a host again and again, and measures whether Halcyon ever loses sight of it. */
async function main(): Promise<number> {
  const options = new Command('npm run soak --')
    .description(
      'break a lab host at random for a while and measure: is it ever down while nothing runs or nobody is told,\n' +
        'and is anything restarted that was not down? Exit code 1 when a bound is broken',
    )
    .option('--minutes <n>', 'how long things happen', positive, 30)
    .option('--seed <n>', 'makes the same schedule again', positive, anySeed())
    .option('--pace <pace>', '"deployed", or how many times as fast monitoring runs', parsePace, 'deployed')
    .option('--keep-logs', 'leave configuration and logs behind')
    .option('--json', 'print the result as one JSON object on the last line')
    .parse()
    .opts<SoakOptions>();
  const unavailable = labUnavailable();
  if (unavailable !== null) throw new Error(unavailable);
  return await onSite({
    name: 'soak',
    setUp: async (directory) => await setUpSoak(directory, options.pace, say),
    work: async (site, signal) => await soak(site, options, signal),
    keepLogs: options.keepLogs === true,
    // The result stays the last line.
    onEnd: () => (options.json === true ? undefined : say('taking everything down')),
  });
}

async function soak(site: SoakSite, options: SoakOptions, signal: AbortSignal): Promise<number> {
  const { minutes, seed, pace } = options;
  const observing = new AbortController();
  const observer = new Observer(site);
  const observed = observer.observeUntil(AbortSignal.any([observing.signal, signal]));
  try {
    const run = await SoakRun.on(site, observer, say);
    const happenings = schedule(seed, minutes * 60_000);
    say(`seed ${seed}: ${happenings.length} happenings in ${minutes} minutes, monitoring at pace ${pace}`);
    await run.play(happenings, signal);
    observing.abort();
    return await report(site, run, options);
  } finally {
    observing.abort();
    await observed;
  }
}

async function report(site: SoakSite, run: SoakRun, { minutes, seed, pace, json }: SoakOptions): Promise<number> {
  const bounds = boundsOf(pace);
  const [record, runs] = await Promise.all([run.record(), incidentRuns(site.stack.client)]);
  const verdict = judge(record, bounds, run.units);
  for (const { runId, view } of runs) {
    const found = view.findings.map(({ name }) => name).join(', ');
    say(`incident ${runId} since ${view.receivedAt}: ${view.outcome ?? view.state}; ${found}`);
  }
  for (const [what, stretch] of Object.entries({
    'Longest down': verdict.down,
    'Longest down while nothing ran': verdict.unwatched,
    'Longest down while nobody was told': verdict.untold,
  })) {
    say(`\n${what}: ${secondsOf(stretch)} s`);
    if (stretch !== null) story(stretch, record, runs).forEach(say);
  }
  for (const { at } of verdict.wrongRestarts) story({ from: at, to: at }, record, runs).forEach(say);
  const problems = broken(verdict, bounds);
  problems.forEach((problem) => say(`BROKEN: ${problem}`));
  const result: SoakResult = {
    seed,
    minutes,
    deaths: run.deaths,
    unwatchedMaxS: secondsOf(verdict.unwatched),
    untoldMaxS: secondsOf(verdict.untold),
    wrongRestarts: verdict.wrongRestarts.length,
  };
  say(
    `\n${result.deaths} deaths; nothing ran for at most ${result.unwatchedMaxS} s (allowed ${bounds.unwatchedMs / 1_000} s); ` +
      `nobody was told for at most ${result.untoldMaxS} s (allowed ${bounds.untoldMs / 1_000} s); ` +
      `wrong restarts: ${result.wrongRestarts}`,
  );
  if (json === true) say(JSON.stringify(result));
  return problems.length === 0 ? 0 : 1;
}

/** Tiers are counted from when the alert began, which is what monitoring takes after the death. */
function boundsOf(pace: Pace): Bounds {
  const detection = detectionMs(pace);
  return {
    detectionMs: detection,
    unwatchedMs: UNWATCHED_MS,
    untoldMs: detection + FIRST_TIER_MS + PAGE_WITHIN_MS,
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

runMain('soak', main);
