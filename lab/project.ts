/** Where the project is, seen from the sources as from their compiled form. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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

/** What runs on a lab host beside the project, and how to be rid of it. */
export interface Programs {
  /** Holds `kingfisher/` and `stand-ins/`, compiled. */
  dir: string;
  /** Folders below `node_modules` that they stand on, with those that these stand on. */
  packages: string[];
  dispose(): void;
}

const FOLDERS = ['kingfisher', 'stand-ins'];
const PACKAGES = ['amqplib', 'ioredis', 'pg'];

/**
 * The build's stand-ins where they are as new as their sources; else (tests of a changed tree, nothing built yet) some
 * compiled to a temporary folder.
 */
export function labPrograms(): Programs {
  const sources = join(projectDir, 'lab');
  const built = join(projectDir, 'dist', 'lab');
  const files = FOLDERS.flatMap((folder) => sourcesBelow(sources, folder));
  const fresh = files.every((file) => isNewer(join(built, compiled(file)), join(sources, file)));
  const found = fresh ? { dir: built, dispose: () => undefined } : compile(sources, files);
  return { ...found, packages: withDependencies(PACKAGES) };
}

function sourcesBelow(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return entries.filter((entry) => entry.endsWith('.ts')).map((entry) => join(folder, entry));
}

function compiled(file: string): string {
  return file.replace(/\.ts$/, '.js');
}

/** These packages and all that they need, each once. */
function withDependencies(names: string[]): string[] {
  const found = new Set(names);
  for (const name of found) {
    const file = join(projectDir, 'node_modules', name, 'package.json');
    const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as { dependencies?: Record<string, string> };
    for (const dependency of Object.keys(dependencies)) found.add(dependency);
  }
  return [...found];
}

function isNewer(file: string, than: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && found.mtimeMs >= statSync(than).mtimeMs;
}

function compile(sources: string, files: string[]): Omit<Programs, 'packages'> {
  // A development dependency, so only loaded where it is needed.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const ts = require('typescript') as typeof TypeScript;
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS };
  const dir = mkdtempSync(join(tmpdir(), 'halcyon-lab-programs-'));
  for (const file of files) {
    const target = join(dir, compiled(file));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(
      target,
      ts.transpileModule(readFileSync(join(sources, file), 'utf8'), { compilerOptions }).outputText,
    );
  }
  return { dir, dispose: () => rmSync(dir, { recursive: true, force: true }) };
}
