import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import type { WorkflowBundle } from '@temporalio/worker';
import { projectDir } from '../../../lab/project';
import { workflowsIn } from '../../../src/temporal/workflow-source';

export const WORKFLOWS = require.resolve('../../../src/workflows');

/** A bundle takes seconds of a processor, and dozens of files need the same: whoever comes first keeps it for all. */
const KEPT = join(projectDir, 'node_modules', '.cache', 'halcyon', 'workflow-bundles');
const KEPT_FOR_MS = 24 * 3_600_000;
/** All that a bundle can be made of. */
const SOURCES = ['src', 'test/support', 'test/replay', 'package-lock.json'];

/** As in the bundle of a build. */
const SHORT_STACKS = 'Error.stackTraceLimit = 4; ';

/** Which of the mutants in the sources is on (`npm run mutate`): workflows cannot see the environment. */
const MUTANT = process.env['HALCYON_MUTANT'];
const MUTANT_ON = MUTANT === undefined ? '' : `const HALCYON_MUTANT = ${JSON.stringify(MUTANT)}; `;

/** In this file of tests. */
const bundles = new Map<string, Promise<WorkflowBundle>>();
let hash: string | undefined;

/** Today's workflows, or others, bundled from their sources; only what goes wrong is printed. */
export async function bundleWorkflows(workflowsPath = WORKFLOWS): Promise<WorkflowBundle> {
  const known = bundles.get(workflowsPath) ?? keptOrNew(workflowsPath).then((code) => ({ code: MUTANT_ON + code }));
  bundles.set(workflowsPath, known);
  return await known;
}

async function keptOrNew(workflowsPath: string): Promise<string> {
  hash ??= hashOfSources();
  const key = createHash('sha256').update(`${hash}\0${workflowsPath}`).digest('hex');
  const file = join(KEPT, `${key.slice(0, 32)}.js`);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const { bundlerOptions, dataConverter } = workflowsIn(workflowsPath);
    const logger = new DefaultLogger('ERROR');
    const bundled = await bundleWorkflowCode({ workflowsPath, ...bundlerOptions, ...dataConverter, logger });
    const code = SHORT_STACKS + bundled.code;
    mkdirSync(KEPT, { recursive: true });
    removeOld();
    // Two may be at it side by side: what is read is whole all the same.
    writeFileSync(`${file}.${process.pid}`, code);
    renameSync(`${file}.${process.pid}`, file);
    return code;
  }
}

/** Of sources that have changed since. */
function removeOld(): void {
  const files = readdirSync(KEPT).map((name) => join(KEPT, name));
  const isOld = (file: string) => Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > KEPT_FOR_MS;
  for (const file of files.filter(isOld)) rmSync(file, { force: true });
}

/** Over names and contents. Some milliseconds. */
function hashOfSources(): string {
  const digest = createHash('sha256');
  for (const file of SOURCES.flatMap(filesOf)) {
    digest
      .update(`${file}\0`)
      .update(readFileSync(join(projectDir, file)))
      .update('\0');
  }
  return digest.digest('hex');
}

function filesOf(name: string): string[] {
  if (name.includes('.')) return [name];
  const files = readdirSync(join(projectDir, name), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => join(name, file));
}
