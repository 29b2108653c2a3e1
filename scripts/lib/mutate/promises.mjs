import { globSync } from './glob.mjs';
import { existsSync, readFileSync } from 'node:fs';
import { inProject } from '../project.mjs';

const LIST = 'test/mutations.json';

/**
 * The promises, and the survivors that were argued.
 * @returns {{
 *   promises: Record<string, { files: string[], tests?: string[], parts?: string[] }>,
 *   argued: { file: string, kind: string, code: string, why: string }[],
 * }} `files` and `tests` are patterns; `tests` are asked first, then all of `parts` (without it: unit) that import a file
 */
export function readList() {
  return JSON.parse(readFileSync(inProject(LIST), 'utf8'));
}

/**
 * Which files are meant by names of promises and paths, each with its tests.
 *
 * @returns {{ file: string, tests: string[], parts: string[] }[]}
 * @throws Error naming what is neither
 */
export function targetsOf(words, { promises }) {
  const targets = words.flatMap((word) =>
    Object.hasOwn(promises, word) ? ofPromise(promises[word]) : ofPath(word, promises),
  );
  const byFile = new Map(targets.map((target) => [target.file, target]));
  return [...byFile.values()];
}

function ofPromise({ files, tests = [], parts = ['unit'] }) {
  const found = files.flatMap(globSync);
  if (found.length === 0) throw new Error(`no file matches ${files.join(', ')} (${LIST})`);
  return found.map((file) => ({ file, tests: tests.flatMap(globSync), parts }));
}

/** As its promise says, where one names it. */
function ofPath(word, promises) {
  if (!existsSync(inProject(word)) || !word.endsWith('.ts')) {
    throw new Error(`${word} is no source file and no promise (${Object.keys(promises).join(', ')})`);
  }
  const known = Object.values(promises).flatMap(ofPromise);
  return [known.find(({ file }) => file === word) ?? { file: word, tests: [], parts: ['unit'] }];
}

/** Whether somebody argued why no test needs to notice this. */
export function arguedFor({ argued }, file, { kind, code }) {
  return argued.find((one) => one.file === file && one.kind === kind && one.code === code)?.why;
}
