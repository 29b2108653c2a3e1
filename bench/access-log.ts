import { spawnSync } from 'node:child_process';
import { statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_MS, makeLog } from './access-log/make-log';
import { runBenchmark } from './benchmark';

/** As the document has it. */
const SCRIPT = `grep "40[13]" "$1" | awk '{print $1}' | sort | uniq -c | sort -nr`;
const READER = join(__dirname, 'access-log', 'read.js');
const ROUNDS = 3;
const MIB = 1024 ** 2;
/** Left free on the disk. */
const RESERVE_MIB = 2_048;
/** The alert's own window. */
const END_MS = 300_000;
const DAY_MS = LOG_MS + 4 * 3_600_000;

interface Read {
  ms: number;
  maxRssMiB: number;
}

interface Result {
  halcyon: Read;
  grep: { ms: number };
  /** A window that is only the end of the log. */
  end: Read;
  megabytes: number;
}

/** The document's pipe and Halcyon's reader in turn over the same log, each a process of its own. The quickest of each counts. */
runBenchmark<Result>({
  name: 'access-log',
  description: "who is refused, by an access log: Halcyon's reader beside the document's grep",
  count: { option: 'megabytes', byDefault: 5_000 },
  isJsonLast: true,
  measure,
  report: ({ halcyon, grep, end, megabytes }) => [
    `log              ${megabytes} MB`,
    `grep             ${grep.ms} ms`,
    `halcyon          ${halcyon.ms} ms, ${halcyon.maxRssMiB} MiB: the whole log (aim: less time than grep, under 64 MiB)`,
    `halcyon          ${end.ms} ms, ${end.maxRssMiB} MiB: the last five minutes of it`,
  ],
});

async function measure(directory: string, wanted: number, say: (line: string) => void): Promise<Result> {
  const file = join(directory, 'access.log');
  const megabytes = Math.min(wanted, room(directory));
  if (megabytes < wanted) say(`the disk has room for ${megabytes} MB and not for ${wanted}`);
  makeLog(file, megabytes * 1e6);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    grep: { ms: timed('/bin/sh', ['-c', SCRIPT, 'sh', file]).ms },
    halcyon: read(file, DAY_MS),
    end: read(file, END_MS),
  }));
  return {
    halcyon: best(rounds.map(({ halcyon }) => halcyon)),
    grep: { ms: Math.min(...rounds.map(({ grep }) => grep.ms)) },
    end: best(rounds.map(({ end }) => end)),
    megabytes: Math.round(statSync(file).size / 1e6),
  };
}

function read(file: string, windowMs: number): Read {
  const { ms, stdout } = timed(process.execPath, [READER, file, String(windowMs)]);
  const { maxRssMiB, refused } = JSON.parse(stdout) as { maxRssMiB: number; refused: number };
  if (!(refused > 0)) throw new Error('the reader found no refused request: it did not do its work');
  return { ms, maxRssMiB };
}

function timed(program: string, args: string[]): { ms: number; stdout: string } {
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * MIB });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return { ms: Math.round(performance.now() - startedAt), stdout };
}

/** The quickest, and the most memory that any took. */
function best(reads: Read[]): Read {
  const most = (of: (read: Read) => number) => Math.max(...reads.map(of));
  return { ms: Math.min(...reads.map(({ ms }) => ms)), maxRssMiB: most(({ maxRssMiB }) => maxRssMiB) };
}

/** Megabytes that may be written. */
function room(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return Math.max(1, Math.floor((bavail * bsize) / 1e6) - RESERVE_MIB);
}
