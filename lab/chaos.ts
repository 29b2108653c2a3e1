import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { plan } from './chaos/plan';
import { runChaos } from './chaos/run';
import { setUpChaos } from './chaos/site';
import type { ChaosSite } from './chaos/site';
import { judge } from './chaos/verdict';

/** Exit code after Ctrl-C. */
const INTERRUPTED = 130;

interface ChaosOptions {
  incidents: number;
  seed: number;
  keepLogs?: boolean;
  json?: boolean;
}

/** `npm run chaos -- --incidents N`: kills every part while incidents are open, and counts what went wrong. */
async function main(): Promise<void> {
  const options = new Command('npm run chaos --')
    .description(
      'without --incidents: the random suites of the tests, whole.\n\n' +
        'With it: begin incidents while controller, agents and Temporal are killed, guards and clocks terminated,\n' +
        'clocks cancelled and incidents reset, at moments that a seed chooses. Then count pages that were missed or\n' +
        'came twice, leases that were left, changes that overlapped on one host, and workflows that are stuck.\n' +
        'Exit code 1 when one of these is not 0',
    )
    .requiredOption('--incidents <n>', 'how many begin, in waves', wholeNumber)
    .option('--seed <n>', 'makes the same choices again', wholeNumber, Math.floor(Math.random() * 1e6) + 1)
    .option('--keep-logs', 'leave configuration and logs behind')
    .option('--json', 'print the result as one JSON object on the last line')
    .parse()
    .opts<ChaosOptions>();
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-chaos-'));
  let site: ChaosSite | undefined;
  try {
    const { seed, incidents } = options;
    const plays = plan(seed, incidents);
    say(`seed ${seed}: ${incidents} incidents; starting Temporal, controller, intake, pagers and hosts`);
    // Runs to its end, also when interrupted: only then is everything known that must be taken down.
    site = await setUpChaos(directory, plays, say);
    const { record, kills } = await runChaos(site, { plays, seed }, interruption.signal, say);
    process.exitCode = report(judge(record), { seed, kills }, options);
  } catch (err) {
    if (!interruption.signal.aborted) throw err;
    process.exitCode = INTERRUPTED;
  } finally {
    await site?.down();
    if (options.keepLogs === true) say(`logs are in ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  }
}

/** The exit code. */
function report(
  verdict: ReturnType<typeof judge>,
  about: { seed: number; kills: number },
  { json }: ChaosOptions,
): number {
  const found = Object.entries(verdict);
  for (const [what, sentences] of found) for (const sentence of sentences) say(`${what}: ${sentence}`);
  const counts = Object.fromEntries(found.map(([what, sentences]) => [what, sentences.length]));
  const result = { ...about, ...counts };
  const text = Object.entries(result).map(([name, count]) => `${name} ${count}`);
  process.stdout.write(`${json === true ? JSON.stringify(result) : text.join(', ')}\n`);
  return found.every(([, sentences]) => sentences.length === 0) ? 0 : 1;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!(Number.isSafeInteger(value) && value > 0)) throw new InvalidArgumentError('expected a whole number above 0');
  return value;
}

/** Standard output is for the result. */
function say(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}

void main().catch((err: unknown) => {
  process.stderr.write(`chaos: ${err instanceof Error ? err.stack : String(err)}\n`);
  process.exit(1);
});
