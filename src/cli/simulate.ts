import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Config } from '../config';
import type { Alert } from '../shared/alert';
import { MODES } from '../shared/safety/safety';
import type { Mode } from '../shared/safety/safety';
import { alertOf } from '../simulate/causes/alert';
import { causeNamed, listCauses } from '../simulate/causes/catalogue';
import type { KnownCause } from '../simulate/causes/cause';
import { parseAlertFile } from '../simulate/script/alert-file';
import { diffLines } from '../simulate/diff';
import type { Line } from '../simulate/line';
import { formatLines } from '../simulate/print';
import { ScenarioError, parseScenario } from '../simulate/script/scenario';
import type { Scenario, ScenarioTexts } from '../simulate/script/scenario';
import { commandConfig } from './support/connect';
import { UsageError } from './support/usage';

interface SimulateOptions extends Omit<ScenarioTexts, 'at'> {
  alert?: string;
  cause?: string;
  list?: boolean;
  modes?: string;
  at?: string;
  config?: string;
  diff?: string;
  json?: boolean;
}

interface Case {
  scenario: Scenario;
  cause: KnownCause | undefined;
  /** One simulation for each; undefined is the mode of the configuration. */
  modes: (Mode | undefined)[];
  /** What this configuration hears. */
  alerts: (config: Config) => [Alert, ...Alert[]];
}

/** Exit code when two configurations do not do the same. */
const DIFFERENT_EXIT_CODE = 1;
const STDIN = '-';
/** Of a cause that is simulated without a time: when people are at work. */
const AT_WORK = 'T10:00Z';
/** So long people think about a question of a cause that is simulated. */
const THINKING = '2m';

/** `halcyon simulate`: what would happen, minute by minute, without touching anything. */
export function createSimulateCommand(): Command {
  return new Command('simulate')
    .description('what would happen for an alert or a cause: the real workflows, a scripted host, and time that skips')
    .option('--alert <file>', 'Alertmanager’s webhook message or one alert, as JSON; "-" for standard input')
    .option(
      '--cause <cause>',
      'in place of an alert: a host that has this cause of a runbook, such as B.3 or B.1/quota',
    )
    .option('--list', 'print every cause that can be simulated')
    .option('--modes <modes>', 'auto, approve or observe, or several ("auto,observe"): one simulation for each')
    .option(
      '--at <time>',
      'when the alert starts, in UTC: 2026-11-23T03:00Z; with --cause today at 10:00 where left out',
    )
    .option('--ack <duration>', 'somebody acknowledges after this time, or "never"', 'never')
    .option('--approve <duration>', 'somebody says yes to each question after this time, or "never"; with --cause 2m')
    .option('--health <when>', 'KingFisher is well after this time ("after=12m"), or "never"', 'never')
    .option('--until <duration>', 'end at the latest after this time', '24h')
    .option('--config <file>', 'configuration file')
    .option('--diff <file>', 'another configuration file: print only what differs; exit 0 when nothing does, else 1')
    .option('--json', 'print a list of {at, kind, text, …}')
    .action(run);
}

async function run(options: SimulateOptions): Promise<void> {
  if (options.list === true) return void process.stdout.write(`${listCauses()}\n`);
  const simulated = asUsageError(() => caseOf(options));
  const from = await linesWith(options.config, simulated);
  if (options.diff === undefined) return print(from, options);
  const to = await linesWith(options.diff, simulated);
  printDifferences(from, to, options, options.diff);
}

function caseOf(options: SimulateOptions): Case {
  const { alert, cause: wanted } = options;
  const modes = modesOf(options.modes);
  if (wanted !== undefined) {
    if (alert !== undefined)
      throw new ScenarioError('--cause and --alert: give one of them, a cause has its own alert');
    if (options.health !== 'never') throw new ScenarioError('--health: a cause ends by its remedy; leave it out');
    const cause = causeNamed(wanted);
    const at = options.at ?? `${new Date().toISOString().slice(0, 10)}${AT_WORK}`;
    const scenario = parseScenario({ ...options, at, approve: options.approve ?? THINKING });
    return { scenario, cause, modes, alerts: (config) => alertOf(cause, config, new Date(scenario.at).toISOString()) };
  }
  if (alert === undefined) throw new ScenarioError('give --alert, a file; or --cause, one of those that --list prints');
  if (options.at === undefined) throw new ScenarioError('--at: say when the alert starts, such as "2026-11-23T03:00Z"');
  const scenario = parseScenario({ ...options, at: options.at });
  const label = alert === STDIN ? 'standard input' : alert;
  const alerts = parseAlertFile(read(alert), label, new Date(scenario.at).toISOString());
  return { scenario, cause: undefined, modes, alerts: () => alerts };
}

function modesOf(text: string | undefined): Case['modes'] {
  if (text === undefined) return [undefined];
  return text.split(',').map((word) => {
    const mode = MODES.find((known) => known === word.trim());
    if (mode !== undefined) return mode;
    throw new ScenarioError(`--modes: expected ${MODES.join(', ')}, or several with commas between, got "${text}"`);
  });
}

function read(file: string): string {
  try {
    return readFileSync(file === STDIN ? 0 : file, 'utf8');
  } catch (err) {
    const why = err instanceof Error ? err.message : String(err);
    throw new ScenarioError(`--alert: ${file} cannot be read (${why}); give a file with an alert as JSON`);
  }
}

/** One simulation for each mode. */
async function linesWith(path: string | undefined, { scenario, cause, modes, alerts }: Case): Promise<Line[][]> {
  const config = commandConfig(path);
  // Only here: the other commands do without the SDK's test server, which takes time to load.
  const { simulate } = await import('../simulate/simulate');
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  const told: Line[][] = [];
  try {
    for (const mode of modes) {
      const simulation = { scenario, alerts: alerts(config), config, cause, mode, onProgress };
      told.push(await simulate(simulation));
    }
    return told;
  } catch (err) {
    return asUsageError(() => {
      throw err;
    });
  }
}

function print(told: Line[][], { json }: SimulateOptions): void {
  const text =
    json === true
      ? JSON.stringify(told.flat(), null, 2)
      : told.map((lines) => formatLines(lines).join('\n')).join('\n\n');
  process.stdout.write(`${text}\n`);
}

function printDifferences(from: Line[][], to: Line[][], { json, config }: SimulateOptions, other: string): void {
  const differences = diffLines(from.flatMap(formatLines), to.flatMap(formatLines));
  const texts = differences.map(({ side, line }) => `${side}${line}`);
  const headed = texts.length === 0 ? ['no difference'] : [`--- ${config ?? 'halcyon.yaml'}`, `+++ ${other}`, ...texts];
  process.stdout.write(`${json === true ? JSON.stringify(differences, null, 2) : headed.join('\n')}\n`);
  if (differences.length > 0) process.exitCode = DIFFERENT_EXIT_CODE;
}

function asUsageError<T>(work: () => T): T {
  try {
    return work();
  } catch (err) {
    if (err instanceof ScenarioError) throw new UsageError(err.message);
    throw err;
  }
}
