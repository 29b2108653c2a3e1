import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Fault } from './fault';

const FOLDER = join(__dirname, '..', 'faults');
/** Between the names of faults that happen at once. */
const AT_ONCE = '+';

export interface NamedFault {
  name: string;
  fault: Fault;
}

/** What is played at a time: one fault, or several at once, as `redis-stopped+attack`. */
export interface Round {
  name: string;
  faults: NamedFault[];
}

/** Files of faults, by the faults' names; their folders are for whoever looks for one. */
function faultFiles(): Map<string, string> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts')).sort();
  return new Map(sources.map((file) => [basename(file).replace(/\.[jt]s$/, ''), join(FOLDER, file)]));
}

/** Names of all faults, those of their files, in order. */
export function faultNames(): string[] {
  return [...faultFiles().keys()].sort();
}

/**
 * In the order of their names; all faults one by one where no name is given.
 *
 * @throws Error that names what is unknown, and what there is
 */
export async function readRounds(names: readonly string[]): Promise<Round[]> {
  const files = faultFiles();
  const rounds = [...new Set(names.length === 0 ? files.keys() : names)].sort();
  const unknown = rounds.flatMap((round) => round.split(AT_ONCE)).filter((name) => !files.has(name));
  if (unknown.length > 0) {
    throw new Error(`no such fault: ${unknown.join(', ')}; there are ${[...files.keys()].join(', ')}`);
  }
  return await Promise.all(
    rounds.map(async (round) => ({ name: round, faults: await Promise.all(round.split(AT_ONCE).map(read)) })),
  );

  async function read(name: string): Promise<NamedFault> {
    const { fault } = (await import(files.get(name)!)) as { fault: Fault };
    return { name, fault };
  }
}
