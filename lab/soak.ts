import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
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

/** Exit code after Ctrl-C. */
const INTERRUPTED = 130;
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
async function main(): Promise<void> {
  const options = new Command('npm run soak --')
    .description(
      'break a lab host at random for a while and measure: is it ever down while nothing runs or nobody is told,\n' +
        'and is anything restarted that was not down? Exit code 1 when a bound is broken',
    )
    .option('--minutes <n>', 'how long things happen', positive, 30)
    .option('--seed <n>', 'makes the same schedule again', positive, Math.floor(Math.random() * 1e6) + 1)
    .option('--pace <pace>', '"deployed", or how many times as fast monitoring runs', parsePace, 'deployed')
    .option('--keep-logs', 'leave configuration and logs behind')
    .option('--json', 'print the result as one JSON object on the last line')
    .parse()
    .opts<SoakOptions>();
  const unavailable = labUnavailable();
  if (unavailable !== null) throw new Error(unavailable);
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-soak-'));
  let site: SoakSite | undefined;
  try {
    // Runs to its end, also when interrupted: only then is everything known that must be taken down.
    site = await setUpSoak(directory, options.pace, say);
    process.exitCode = await soak(site, options, interruption.signal);
  } catch (err) {
    if (!interruption.signal.aborted) throw err;
    process.exitCode = INTERRUPTED;
  } finally {
    if (options.json !== true || interruption.signal.aborted) say('taking everything down');
    await site?.down();
    if (options.keepLogs === true) process.stderr.write(`logs are in ${directory}\n`);
    else rmSync(directory, { recursive: true, force: true });
  }
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

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
  return value;
}

function parsePace(text: string): Pace {
  return text === 'deployed' ? text : positive(text);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main().catch((err: unknown) => {
  process.stderr.write(`soak: ${err instanceof Error ? err.stack : String(err)}\n`);
  process.exit(1);
});
