import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from './fault';

const FOLDER = join(__dirname, '..', 'faults');

/** Names of all faults: those of their files. */
export function faultNames(): string[] {
  const files = readdirSync(FOLDER).filter((file) => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts'));
  return files.map((file) => file.replace(/\.[jt]s$/, '')).sort();
}

/** @throws Error that names what is unknown, and what there is */
export async function readFaults(names: readonly string[]): Promise<Map<string, Fault>> {
  const known = faultNames();
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no such fault: ${unknown.join(', ')}; there are ${known.join(', ')}`);
  const chosen = names.length === 0 ? known : known.filter((name) => names.includes(name));
  const faults = await Promise.all(
    chosen.map(async (name): Promise<[string, Fault]> => [name, (await read(name)).fault]),
  );
  return new Map(faults);
}

async function read(name: string): Promise<{ fault: Fault }> {
  return (await import(join(FOLDER, name))) as { fault: Fault };
}
