/** The Debian packages that the lab stands on: `lab/host/packages.txt`. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { hostFile } from './project';

/** Packages of the list that are not installed; takes some milliseconds. */
export function missingPackages(): string[] {
  const wanted = readFileSync(hostFile('packages.txt'), 'utf8').split('\n').filter(Boolean);
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...wanted], {
    encoding: 'utf8',
  });
  const installed = new Set((query.stdout ?? '').split('\n').filter((line) => line.endsWith(' installed')));
  return wanted.filter((name) => !installed.has(`${name} installed`));
}

/**
 * Installs what is missing and starts none of it. Does nothing when all is there. The machine's root is what running
 * hosts stand on, so take them down before.
 *
 * @param onProgress Takes one line at a time.
 * @throws Error when apt-get fails, with its last lines.
 */
export async function ensurePackages(onProgress: (line: string) => void): Promise<void> {
  const missing = missingPackages();
  if (missing.length === 0) return;
  onProgress(`installing ${missing.length} Debian packages, nothing is started: ${missing.join(' ')}`);
  await install(missing, onProgress);
  const still = missingPackages();
  if (still.length > 0) throw new Error(`still not installed: ${still.join(', ')}`);
}

async function install(names: string[], onProgress: (line: string) => void): Promise<void> {
  const child = spawn('bash', [hostFile('install-packages.sh'), ...names], { stdio: ['ignore', 'pipe', 'pipe'] });
  const errors: string[] = [];
  createInterface(child.stdout).on('line', onProgress);
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (exitCode !== 0) throw new Error(`apt-get failed (${exitCode}): ${errors.slice(-5).join(' | ')}`);
}

/** Whether this machine can install packages at all. */
export function hasAptGet(): boolean {
  try {
    execFileSync('apt-get', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
