import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { runQuietly } from './child.mjs';
import { timed } from './progress.mjs';
import { inProject } from './project.mjs';

const LOCK_FILE = inProject('package-lock.json');
/** Holds the hash of the lock file that was installed. */
const STAMP = inProject('node_modules/.halcyon-lock');
/** npm writes it at the end of every installation. */
const NPM_STAMP = inProject('node_modules/.package-lock.json');

/** Runs `npm ci` unless what package-lock.json names is installed already. */
export async function ensureInstalled() {
  const wanted = createHash('sha256')
    .update(await readFile(LOCK_FILE))
    .digest('hex');
  const installed = await readFile(STAMP, 'utf8').catch(() => null);
  if (installed === wanted) return;
  if (installed !== null || !(await installedByHand())) {
    await timed('installing dependencies: npm ci', () => runQuietly('npm', ['ci', '--no-audit', '--no-fund']));
  }
  await writeFile(STAMP, wanted);
}

/** Somebody ran `npm ci` after the lock file last changed; that removes our own stamp. */
async function installedByHand() {
  const [npm, lock] = await Promise.all([stat(NPM_STAMP).catch(() => null), stat(LOCK_FILE)]);
  return npm !== null && npm.mtimeMs >= lock.mtimeMs;
}
