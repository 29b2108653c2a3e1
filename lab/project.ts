/** Where the project is, seen from the sources as from their compiled form. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type * as TypeScript from 'typescript';

/** Folder of package.json. */
export const projectDir = findProject(__dirname);

function findProject(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error(`no package.json above ${__dirname}`);
  return findProject(parent);
}

/** Path of a file that the host's scripts consist of. */
export function hostFile(name: string): string {
  return join(projectDir, 'lab', 'host', name);
}

/** Folder with the compiled stand-in, and how to be rid of it. */
export interface Program {
  dir: string;
  dispose(): void;
}

/**
 * The build's stand-in where it is as new as its sources; else (tests of a changed tree, nothing built yet) one compiled
 * to a temporary folder.
 */
export function kingfisherProgram(): Program {
  const sources = join(projectDir, 'lab', 'kingfisher');
  const built = join(projectDir, 'dist', 'lab', 'kingfisher');
  const names = readdirSync(sources).map((file) => file.replace(/\.ts$/, ''));
  const fresh = names.every((name) => isNewer(join(built, `${name}.js`), join(sources, `${name}.ts`)));
  return fresh ? { dir: built, dispose: () => undefined } : compile(sources, names);
}

function isNewer(file: string, than: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && found.mtimeMs >= statSync(than).mtimeMs;
}

function compile(sources: string, names: string[]): Program {
  // A development dependency, so only loaded where it is needed.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const ts = require('typescript') as typeof TypeScript;
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS };
  const dir = mkdtempSync(join(tmpdir(), 'halcyon-kingfisher-'));
  for (const name of names) {
    const source = readFileSync(join(sources, `${name}.ts`), 'utf8');
    writeFileSync(join(dir, `${name}.js`), ts.transpileModule(source, { compilerOptions }).outputText);
  }
  return { dir, dispose: () => rmSync(dir, { recursive: true, force: true }) };
}
