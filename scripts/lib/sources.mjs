import { createHash } from 'node:crypto';
import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { inProject } from './project.mjs';

const FOLDERS = ['src', 'lab', 'bench'];
const ALONE = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/lib/bundle.mjs'];

/** A hash over the names and contents of all that a build depends on. Some milliseconds. */
export async function hashSources() {
  const hash = createHash('sha256');
  for (const file of [...ALONE, ...(await sourceFiles()), ...(await dataFiles())]) {
    hash
      .update(`${file}\0`)
      .update(await readFile(inProject(file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Removes compiled files whose source is gone: they would still be found by whoever imports them. */
export async function removeOrphans() {
  const sources = new Set(await sourceFiles());
  for (const folder of FOLDERS) {
    const compiled = await filesBelow(path.join('dist', folder), '.js');
    const orphans = compiled.filter((file) => !sources.has(path.relative('dist', file).replace(/\.js$/, '.ts')));
    await Promise.all(orphans.map((file) => rm(inProject(file))));
  }
}

/** What the compiler leaves alone, and programs read beside their modules. */
export async function dataFiles() {
  return (await Promise.all(FOLDERS.map((folder) => filesBelow(folder, '.sql')))).flat().sort();
}

async function sourceFiles() {
  return (await Promise.all(FOLDERS.map((folder) => filesBelow(folder, '.ts')))).flat().sort();
}

async function filesBelow(folder, ending) {
  const entries = await readdir(inProject(folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => path.relative(inProject(), path.join(entry.parentPath ?? entry.path, entry.name)));
}
