import path from 'node:path';
import { HostError } from '../errors';
import { describeEnd } from '../programs/commands';
import type { CommandRunner } from '../programs/commands';
import { asUser } from '../programs/users';

const PRLIMIT = '/usr/bin/prlimit';
const PROGRAM = path.join(__dirname, 'decode-program.js');
/** Of one child: processor time, memory, no file is written and no core is left. */
const LIMITS = ['--cpu=60', `--data=${1024 ** 3}`, '--nofile=64', '--fsize=0', '--core=0'];
const HEAP_MB = 256;
/** It is on every host, and everybody may open it. */
const NO_IMAGE = '/dev/null';
const OUTPUT_LIMIT_BYTES = 1024 * 1024;
/** One image that ends its decoder must not keep the others from being looked at; many of them are an attack. */
const CHILDREN_AT_MOST = 5;

export interface Decoded {
  verdict: 'good' | 'corrupt' | 'unknown';
  /** Neither masked nor cut. */
  why: string;
  /** The file that was decoded, whatever has its name now. */
  inode?: number;
  mtimeMs?: number;
  size?: number;
}

export interface Decoding {
  run: CommandRunner;
  /** Whose rights the decoder has: never root's. */
  user: string;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** @default the program beside this module */
  program?: string;
}

/**
 * Decodes files in a process of its own, of another user, within limits. Those that it did not come to in its time are
 * missing at the end. An image that ends the decoder is unknown, and no proof of anything.
 *
 * @throws HostError `NotConfigured` where that user cannot be used, `ObservationFailed` where nothing can be decoded at all
 */
export async function decodeImages(paths: string[], decoding: Decoding): Promise<Decoded[]> {
  const decoded: Decoded[] = [];
  const until = performance.now() + decoding.timeoutMs;
  for (let child = 1; decoded.length < paths.length && child <= CHILDREN_AT_MOST; child++) {
    const leftMs = until - performance.now();
    if (leftMs <= 0) break;
    const { results, begun, why } = await decodeSome(paths.slice(decoded.length), leftMs, decoding);
    decoded.push(...results);
    if (begun > results.length) decoded.push({ verdict: 'unknown', why: `its decoder ended: ${why}` });
    else if (results.length === 0) throw new HostError('ObservationFailed', `images cannot be decoded: ${why}`);
  }
  return decoded;
}

/**
 * Whether the decoder runs as that user at all, on a file that is no image; why not where it does not. It is a part of Halcyon:
 * below /root that user can read neither it nor what it is made of.
 */
export async function checkDecoder(decoding: Decoding): Promise<string | undefined> {
  const [only] = await decodeImages([NO_IMAGE], decoding);
  return only?.inode === undefined ? (only?.why ?? 'it did not end in time') : undefined;
}

interface Line extends Partial<Decoded> {
  begins?: number;
  index?: number;
}

async function decodeSome(paths: string[], timeoutMs: number, { run, user, signal, program = PROGRAM }: Decoding) {
  const node = { program: process.execPath, args: [`--max-old-space-size=${HEAP_MB}`, program] };
  const asked = await asUser(user, node);
  const result = await run({
    ...asked,
    program: PRLIMIT,
    args: [...LIMITS, '--', asked.program, ...asked.args],
    remedy: 'install util-linux',
    input: paths.map((one) => `${one}\0`).join(''),
    timeoutMs,
    outputLimitBytes: OUTPUT_LIMIT_BYTES,
    signal,
  });
  const lines = result.stdout.split('\n').flatMap(parsed);
  const begun = lines.filter(({ begins }) => begins !== undefined).length;
  const results = lines.filter(isResult).map(({ index: _index, ...one }) => one);
  return {
    results,
    begun,
    why: [describeEnd(result), errorIn(result.stderr)].filter((part) => part !== '').join(', '),
  };
}

/** Node prints code before an error, and a stack and its version behind it. */
function errorIn(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? '';
}

function isResult(line: Line): line is Line & Decoded {
  return line.index !== undefined && ['good', 'corrupt', 'unknown'].includes(line.verdict ?? '');
}

/** A line that was cut off is none. */
function parsed(line: string): Line[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as Line];
  } catch {
    return [];
  }
}
