/**
 * `npm run compose`: what docker-compose.yml would start, as processes of this machine with the same configuration, names and
 * paths; an alert goes in, and pages come out. Prints what came of it as JSON. Needs root and the lab's packages.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTemporalCli } from '../src/temporal/dev/executables';
import { readServices } from './compose/compose-file';
import { labUnavailable } from './lab-host';
import { ensurePackages } from './packages';
import { projectDir } from './project';
import { runMain } from './support/command-line';

const NAMESPACES = ['--mount', '--net', '--pid', '--fork', '--kill-child'];

async function main(): Promise<number> {
  const reason = labUnavailable();
  if (reason !== null) throw new Error(reason);
  await ensurePackages((line) => process.stderr.write(`${line}\n`));
  const temporalCli = await ensureTemporalCli((line) => process.stderr.write(`${line}\n`));
  const names = Object.keys(readServices({ TEMPORAL_DATABASE_PASSWORD: '', HALCYON_STORE_PASSWORD: '' }));
  const folder = mkdtempSync(join(tmpdir(), 'halcyon-compose-'));
  const inside = [process.execPath, join(projectDir, 'dist/lab/compose/inside.js'), temporalCli];
  const script = join(projectDir, 'lab/compose/enter.sh');
  try {
    const child = spawn('unshare', [...NAMESPACES, 'bash', script, folder, names.join(' '), ...inside], {
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill('SIGKILL'));
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    // Its mounts went with the namespace.
    rmSync(folder, { recursive: true, force: true });
  }
}

runMain('compose', main);
