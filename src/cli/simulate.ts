import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Alert } from '../shared/alert';
import { parseAlertFile } from '../simulate/script/alert-file';
import { diffLines } from '../simulate/diff';
import type { Line } from '../simulate/line';
import { formatLines } from '../simulate/print';
import { ScenarioError, parseScenario } from '../simulate/script/scenario';
import type { Scenario, ScenarioTexts } from '../simulate/script/scenario';
import { commandConfig } from './support/connect';
import { UsageError } from './support/usage';

interface SimulateOptions extends ScenarioTexts {
  alert: string;
  config?: string;
  diff?: string;
  json?: boolean;
}

interface Case {
  scenario: Scenario;
  alerts: [Alert, ...Alert[]];
}

/** Exit code when two configurations do not do the same. */
const DIFFERENT_EXIT_CODE = 1;
const STDIN = '-';

/** `halcyon simulate`: what would happen, minute by minute, without touching anything. */
export function createSimulateCommand(): Command {
  return new Command('simulate')
    .description('what would happen for an alert: the real workflows, a scripted host, and time that passes at once')
    .requiredOption('--alert <file>', 'Alertmanager’s webhook message or one alert, as JSON; "-" for standard input')
    .requiredOption('--at <time>', 'when the alert starts, in UTC: 2026-11-23T03:00Z')
    .option('--ack <duration>', 'somebody acknowledges after this time, or "never"', 'never')
    .option('--health <when>', 'KingFisher is well after this time ("after=12m"), or "never"', 'never')
    .option('--until <duration>', 'end at the latest after this time', '24h')
    .option('--config <file>', 'configuration file')
    .option('--diff <file>', 'another configuration file: print only what differs; exit 0 when nothing does, else 1')
    .option('--json', 'print a list of {at, kind, text, …}')
    .action(run);
}

async function run(options: SimulateOptions): Promise<void> {
  const simulated = caseOf(options);
  const from = await linesWith(options.config, simulated);
  if (options.diff === undefined) return print(from, options);
  const to = await linesWith(options.diff, simulated);
  printDifferences(from, to, options, options.diff);
}

function caseOf(options: SimulateOptions): Case {
  return asUsageError(() => {
    const scenario = parseScenario(options);
    const label = options.alert === STDIN ? 'standard input' : options.alert;
    return { scenario, alerts: parseAlertFile(read(options.alert), label, new Date(scenario.at).toISOString()) };
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

async function linesWith(path: string | undefined, { scenario, alerts }: Case): Promise<Line[]> {
  const config = commandConfig(path);
  // Only here: the other commands do without the SDK's test server, which takes time to load.
  const { simulate } = await import('../simulate/simulate');
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  try {
    return await simulate({ scenario, alerts, config, onProgress });
  } catch (err) {
    return asUsageError(() => {
      throw err;
    });
  }
}

function print(lines: Line[], { json }: SimulateOptions): void {
  const text = json === true ? JSON.stringify(lines, null, 2) : formatLines(lines).join('\n');
  process.stdout.write(`${text}\n`);
}

function printDifferences(from: Line[], to: Line[], { json, config }: SimulateOptions, other: string): void {
  const differences = diffLines(formatLines(from), formatLines(to));
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
