import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { play } from './demo/act';
import { setUpLab } from './demo/lab-stage';
import type { ActResult } from './demo/measures';
import { setUpProcess } from './demo/process-stage';
import { ACTS } from './demo/stage';
import type { ActKey, Stage } from './demo/stage';
import { labUnavailable } from './lab-host';
import { projectDir } from './project';

/** Exit code after Ctrl-C. */
const INTERRUPTED = 130;

interface DemoOptions {
  act?: ActKey[];
  process?: boolean;
  keep?: boolean;
  json?: boolean;
}

/** `npm run demo`: breaks KingFisher for real and shows how it is healed. Exit code 0 only when every act healed. */
async function main(): Promise<void> {
  const program = new Command('npm run demo --')
    .description('break KingFisher on a throw-away host and watch Halcyon heal it')
    .addOption(
      new Option('--act <name...>', 'only these acts; crash and hang are those of --process').choices(
        Object.values(ACTS).flat(),
      ),
    )
    .option('--process', 'no host: KingFisher as a plain process')
    .option('--keep', 'leave everything up until Ctrl-C')
    .option('--json', 'print the result as one JSON object on the last line')
    .parse();
  const options = program.opts<DemoOptions>();
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-demo-'));
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());
  let stage: Stage | undefined;
  let results: ActResult[] = [];
  try {
    // Runs to its end, also when interrupted: only then is everything known that must be taken down.
    stage = await setUp(options, directory);
    results = await playAll(stage, options.act, interruption.signal);
    if (options.keep === true) await keep(stage, interruption.signal);
  } catch (err) {
    if (!interruption.signal.aborted) throw err;
  } finally {
    say('taking everything down');
    await stage?.strike();
    rmSync(directory, { recursive: true, force: true });
  }
  process.exitCode = results.length === 0 && interruption.signal.aborted ? INTERRUPTED : summarize(results);
  if (options.json === true) process.stdout.write(`${JSON.stringify({ acts: results })}\n`);
}

async function setUp(options: DemoOptions, directory: string): Promise<Stage> {
  const unavailable = options.process === true ? null : labUnavailable();
  if (unavailable !== null) say(`${unavailable}; showing process mode instead`);
  const isProcess = options.process === true || unavailable !== null;
  const there: readonly ActKey[] = isProcess ? ACTS.process : ACTS.lab;
  const missing = (options.act ?? []).filter((key) => !there.includes(key));
  if (missing.length > 0) throw new Error(`no act ${missing.join(', ')} here; there are ${there.join(', ')}`);
  const setUpStage = isProcess ? setUpProcess : setUpLab;
  return await setUpStage({ directory, onProgress: say });
}

async function playAll(stage: Stage, keys: ActKey[] | undefined, signal: AbortSignal): Promise<ActResult[]> {
  for (const [name, url] of Object.entries(stage.links)) say(`${name}: ${url}`);
  const results: ActResult[] = [];
  const acts = stage.acts.filter(({ key }) => keys?.includes(key) ?? true);
  for (const act of acts) results.push(await play(act, { client: stage.client, write: say, signal }));
  return results;
}

async function keep(stage: Stage, signal: AbortSignal): Promise<void> {
  say('\neverything stays up; Ctrl-C takes it down');
  for (const [name, url] of Object.entries(stage.links)) say(`${name}: ${url}`);
  say('in another terminal:');
  say(`  export HALCYON_CONFIG=${stage.configFile}`);
  say(`  alias halcyon='node ${join(projectDir, 'dist', 'src', 'cli.js')}'`);
  for (const command of stage.tries) say(`  ${command}`);
  // A promise alone does not keep Node running.
  const alive = setInterval(() => undefined, 60_000);
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(alive);
}

function summarize(results: ActResult[]): number {
  const healed = results.filter((result) => result.outcome === 'healed').length;
  say(`\n${healed} of ${results.length} acts healed`);
  return results.length > 0 && healed === results.length ? 0 : 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main().catch((err: unknown) => {
  process.stderr.write(`demo: ${err instanceof Error ? err.message : String(err)}\n`);
  process.exit(1);
});
