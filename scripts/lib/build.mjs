import { chmod, cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runQuietly } from './child.mjs';
import { timed } from './progress.mjs';
import { inProject } from './project.mjs';
import { dataFiles, hashSources, removeOrphans } from './sources.mjs';

/** Holds the hash of the sources that dist/ was built from. */
const STAMP = inProject('dist/.halcyon-build');

/** Compiles the project and bundles its workflows unless dist/ is as new as the sources. Throws what the tools said. */
export async function ensureBuilt() {
  const wanted = await hashSources();
  const built = await readFile(STAMP, 'utf8').catch(() => null);
  if (built === wanted) return;
  // Without a stamp nobody knows what is in there, and the compiler's own notes may claim too much.
  if (built === null) await rm(inProject('dist'), { recursive: true, force: true });
  await rm(STAMP, { force: true });
  await timed('building', async () => {
    await Promise.all([
      runQuietly(process.execPath, [inProject('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json']),
      runQuietly(process.execPath, [inProject('scripts/lib/bundle.mjs')]),
    ]);
    await removeOrphans();
    for (const file of await dataFiles()) await cp(inProject(file), inProject(path.join('dist', file)));
  });
  await chmod(inProject('dist/src/cli.js'), 0o755).catch(() => undefined);
  await writeFile(STAMP, wanted);
}
