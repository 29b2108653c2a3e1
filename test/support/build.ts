import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectDir } from '../../lab/project';

const STAMP = join(projectDir, 'dist', '.halcyon-build');

/**
 * For tests that run the programs in dist/.
 *
 * @throws Error that says what to do when dist/ is missing or was built from other sources
 */
export function requireBuild(): void {
  const built = readStamp();
  if (built === undefined) throw new Error('dist/ is missing or half built: run "npm run build" first');
  if (built !== hashOfSources()) throw new Error('dist/ is older than the sources: run "npm run build" first');
}

function readStamp(): string | undefined {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return undefined;
  }
}

/** The build's own hash. Asked of a process of its own: jest loads no ES modules. */
function hashOfSources(): string {
  const sources = pathToFileURL(join(projectDir, 'scripts', 'lib', 'sources.mjs')).href;
  const program = `import { hashSources } from ${JSON.stringify(sources)}; process.stdout.write(await hashSources());`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
}
