/**
 * `npm run compose`: what docker-compose.yml would start, as processes of this machine with the same configuration, names and
 * paths; an alert goes in, and pages come out. With `--image`: what the Dockerfile makes, step by step. Prints what came of it as
 * JSON. Needs root and the lab's packages.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { ensureTemporalCli } from '../src/temporal/dev/executables';
import { readServices } from './compose/compose-file';
import { labUnavailable } from './lab-host';
import { ensurePackages } from './packages';
import { projectDir } from './project';
import { runMain } from './support/command-line';

const compiled = (name: string) => join(projectDir, 'dist/lab/compose', name);
const tell = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const { image } = new Command('npm run compose --')
    .description('start what docker-compose.yml has as processes of this machine, and send an alert through it')
    .option('--image', 'follow the Dockerfile step by step in an empty root instead, and start what was made')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .parse()
    .opts<{ image?: boolean }>();
  const reason = labUnavailable();
  if (reason !== null) throw new Error(reason);
  const folder = mkdtempSync(join(tmpdir(), 'halcyon-compose-'));
  try {
    return image === true
      ? await inNamespaces([], [process.execPath, compiled('image.js'), folder])
      : await startServices(folder);
  } finally {
    // Its mounts went with the namespace.
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startServices(folder: string): Promise<number> {
  await ensurePackages(tell);
  const temporalCli = await ensureTemporalCli(tell);
  const names = Object.keys(readServices({ TEMPORAL_DATABASE_PASSWORD: '', HALCYON_STORE_PASSWORD: '' }));
  const enter = ['bash', join(projectDir, 'lab/compose/enter.sh'), folder, names.join(' ')];
  return await inNamespaces(['--net'], [...enter, process.execPath, compiled('inside.js'), temporalCli]);
}

/** All that it starts and mounts goes when it ends. */
async function inNamespaces(more: string[], command: string[]): Promise<number> {
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', ...more];
  const child = spawn('unshare', [...namespaces, ...command], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill('SIGKILL'));
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

runMain('compose', main);
