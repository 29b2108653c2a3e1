import { Command } from 'commander';
import { plan } from './chaos/plan';
import { runChaos } from './chaos/run';
import { setUpChaos } from './chaos/site';
import { judge } from './chaos/verdict';
import { anySeed, onSite, runMain, sayTimed as say, wholeNumber } from './support/command-line';

interface ChaosOptions {
  incidents: number;
  seed: number;
  keepLogs?: boolean;
  json?: boolean;
}

/** `npm run chaos -- --incidents N`: kills every part while incidents are open, and counts what went wrong. */
async function main(): Promise<number> {
  const options = new Command('npm run chaos --')
    .description(
      'without --incidents: the random suites of the tests, whole.\n\n' +
        'With it: begin incidents while controller, agents and Temporal are killed, guards and clocks terminated,\n' +
        'clocks cancelled and incidents reset, at moments that a seed chooses. Then count pages that were missed or\n' +
        'came twice, leases that were left, changes that overlapped on one host, and workflows that are stuck.\n' +
        'Exit code 1 when one of these is not 0',
    )
    .requiredOption('--incidents <n>', 'how many begin, in waves', wholeNumber)
    .option('--seed <n>', 'makes the same choices again', wholeNumber, anySeed())
    .option('--keep-logs', 'leave configuration and logs behind')
    .option('--json', 'print the result as one JSON object on the last line')
    .parse()
    .opts<ChaosOptions>();
  const { seed, incidents } = options;
  const plays = plan(seed, incidents);
  return await onSite({
    name: 'chaos',
    setUp: async (directory) => {
      say(`seed ${seed}: ${incidents} incidents; starting Temporal, controller, intake, pagers and hosts`);
      return await setUpChaos(directory, plays, say);
    },
    work: async (site, signal) => {
      const { record, kills } = await runChaos(site, { plays, seed }, signal, say);
      return report(judge(record), { seed, kills }, options);
    },
    keepLogs: options.keepLogs === true,
  });
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

runMain('chaos', main);
