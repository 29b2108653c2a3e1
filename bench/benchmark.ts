import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';

export interface Benchmark<R extends object> {
  /** `recovery` for `npm run bench:recovery`. */
  name: string;
  description: string;
  /** The option that says how many of each are measured. */
  count: { option: 'pairs' | 'incidents' | 'hosts' | 'megabytes'; byDefault: number };
  /** The JSON object stands on the last line unasked. */
  isJsonLast?: true;
  /** Measures in a temporary folder that is gone afterwards. `say` prints a line. */
  measure(directory: string, count: number, say: (line: string) => void): Promise<R>;
  /** What a person reads, as lines. */
  report(result: R): string[];
}

/** Runs a benchmark as a program: options, temporary folder, report, `--json` as the last line, exit code 1 on an error. */
export function runBenchmark<R extends object>(benchmark: Benchmark<R>): void {
  void main(benchmark).catch((err: unknown) => {
    process.stderr.write(`bench: ${err instanceof Error ? err.stack : String(err)}\n`);
    process.exit(1);
  });
}

async function main<R extends object>(benchmark: Benchmark<R>): Promise<void> {
  const { name, description, count, measure, report, isJsonLast = false } = benchmark;
  const program = new Command(`npm run bench:${name} --`)
    .description(description)
    .option(`--${count.option} <n>`, 'how many of each', parseCount, count.byDefault)
    .option('--json', 'print the result as one JSON object on the last line')
    .parse();
  const options = program.opts<Record<typeof count.option, number> & { json?: boolean }>();
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-bench-'));
  try {
    const result = await measure(directory, options[count.option], say);
    report(result).forEach(say);
    if (isJsonLast || options.json === true) say(JSON.stringify(result));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('expected a whole number from 1 on');
  return count;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
