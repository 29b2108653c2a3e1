import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Fault } from './fault';

const FOLDER = join(__dirname, '..', 'faults');

/** Files of faults, by the faults' names; their folders are for whoever looks for one. */
function faultFiles(): Map<string, string> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts')).sort();
  return new Map(sources.map((file) => [basename(file).replace(/\.[jt]s$/, ''), join(FOLDER, file)]));
}

/** Names of all faults: those of their files. */
export function faultNames(): string[] {
  return [...faultFiles().keys()];
}

/** @throws Error that names what is unknown, and what there is */
export async function readFaults(names: readonly string[]): Promise<Map<string, Fault>> {
  const files = faultFiles();
  const unknown = names.filter((name) => !files.has(name));
  if (unknown.length > 0)
    throw new Error(`no such fault: ${unknown.join(', ')}; there are ${[...files.keys()].join(', ')}`);
  const chosen = [...files].filter(([name]) => names.length === 0 || names.includes(name));
  const faults = await Promise.all(
    chosen.map(async ([name, file]): Promise<[string, Fault]> => [
      name,
      ((await import(file)) as { fault: Fault }).fault,
    ]),
  );
  return new Map(faults);
}
