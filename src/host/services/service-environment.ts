import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { describeEnd } from '../programs/commands';
import type { CommandRunner } from '../programs/commands';
import { parseEnvironmentFile, parseWords } from './environment-file';
import { HostError, errorCode, errorText } from '../errors';
import type { ProcessManagerSettings, SystemdManagerSettings } from '../agent-settings';

const SYSTEMCTL = '/usr/bin/systemctl';
const TIMEOUT_MS = 5_000;
const PATTERN = /[*?[]/;
const FILE_BYTES = 1024 * 1024;
/** Root starts the program that changes to the service's user: what tells a loader what to load stays away from it. */
const LOADER = /^(?:LD_|GCONV_PATH$|LOCPATH$|GLIBC_TUNABLES$|MALLOC_)/;

/** In what a service starts. Values may be secret: they are not to leave the host. */
export interface ServiceEnvironment {
  env: Record<string, string>;
  cwd: string | undefined;
  user: string | undefined;
  /** Why the service itself could not start with it: a file that must be there and is not. */
  missing: string[];
}

/**
 * What a start of the service would have now: of its unit, as systemd has it, with its environment files as they are.
 *
 * @throws HostError `ObservationFailed` when systemd does not say.
 */
export async function readServiceEnvironment(
  manager: SystemdManagerSettings | ProcessManagerSettings,
  run: CommandRunner,
  signal?: AbortSignal,
): Promise<ServiceEnvironment> {
  if (manager.type === 'process') return { env: safe(manager.env), cwd: manager.cwd, user: manager.user, missing: [] };
  return await resolve(await readUnitEnvironment(manager.unit, run, signal));
}

/**
 * All that may be in the environment of a service, as far as it can be read: each environment file by itself, also what a later
 * one replaces. For what looks for secrets in it, and not for a start.
 *
 * @throws HostError `ObservationFailed` when systemd does not say.
 */
export async function readKnownEnvironments(
  manager: SystemdManagerSettings | ProcessManagerSettings,
  run: CommandRunner,
  signal?: AbortSignal,
): Promise<Record<string, string>[]> {
  if (manager.type === 'process') return [manager.env];
  const { env, files } = await readUnitEnvironment(manager.unit, run, signal);
  const paths = (await Promise.all(files.map(async ({ path }) => await filesOf(path).catch(() => [])))).flat();
  const texts = await Promise.all(paths.map(async (path) => await readFileOf(path)));
  return [env, ...texts.filter((text) => typeof text === 'string').map(parseEnvironmentFile)];
}

async function readUnitEnvironment(unit: string, run: CommandRunner, signal?: AbortSignal): Promise<UnitEnvironment> {
  const properties = 'Environment,EnvironmentFiles,WorkingDirectory,User,UnsetEnvironment';
  const args = ['show', '--no-pager', `--property=${properties}`, '--', unit];
  const result = await run({ program: SYSTEMCTL, args, timeoutMs: TIMEOUT_MS, signal });
  if (result.exitCode !== 0) {
    throw new HostError('ObservationFailed', `systemctl show ${unit}: ${describeEnd(result)}`);
  }
  return parseUnitEnvironment(result.stdout);
}

export interface UnitEnvironment {
  env: Record<string, string>;
  files: { path: string; optional: boolean }[];
  cwd: string | undefined;
  user: string | undefined;
  unset: string[];
}

/** From `systemctl show`: a line a property, `EnvironmentFiles` a line a file. */
export function parseUnitEnvironment(output: string): UnitEnvironment {
  const lines = output.split('\n').map((line) => /^(\w+)=(.*)$/.exec(line) ?? []);
  const all = (name: string) => lines.filter(([, key]) => key === name).map(([, , value = '']) => value);
  const one = (name: string) => all(name)[0] || undefined;
  const assignments = all('Environment').flatMap(parseWords).map(splitOnce);
  const files = all('EnvironmentFiles').flatMap((line) => {
    const [, path, optional] = /^(\/.*?)(?: \(ignore_errors=(yes|no)\))?$/.exec(line) ?? [];
    return path === undefined ? [] : [{ path, optional: optional === 'yes' }];
  });
  // `!/folder` is one that need not be there; `~` is the user's home.
  const cwd = one('WorkingDirectory')?.replace(/^!/, '');
  return {
    env: Object.fromEntries(assignments),
    files,
    cwd: cwd?.startsWith('/') ? cwd : undefined,
    user: one('User'),
    unset: all('UnsetEnvironment').flatMap(parseWords),
  };
}

async function resolve({ env, files, cwd, user, unset }: UnitEnvironment): Promise<ServiceEnvironment> {
  const missing: string[] = [];
  let all = env;
  for (const { path, optional } of files) {
    const read = await readFileOf(path);
    if (typeof read === 'string') all = { ...all, ...parseEnvironmentFile(read) };
    else if (!optional) missing.push(`the unit's EnvironmentFile ${path} cannot be read: ${read.why}`);
  }
  const kept = Object.entries(all).filter(
    ([name, value]) => !unset.includes(name) && !unset.includes(`${name}=${value}`),
  );
  return { env: safe(Object.fromEntries(kept)), cwd, user, missing };
}

/** Of a pattern in its last step, such as `/etc/kingfisher/*.env`: those that are there. */
async function filesOf(pattern: string): Promise<string[]> {
  if (!PATTERN.test(pattern)) return [pattern];
  const { dir, base } = posix.parse(pattern);
  const names = PATTERN.test(dir) ? [] : await readdir(dir).catch(() => []);
  const step = base
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^');
  const matching = new RegExp(`^${step}$`);
  return names.filter((name) => matching.test(name)).map((name) => posix.join(dir, name));
}

async function readFileOf(path: string): Promise<string | { why: string }> {
  if (PATTERN.test(path)) throw new HostError('ObservationFailed', `EnvironmentFile=${path}: patterns are not read`);
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile() || stat.size > FILE_BYTES) return { why: 'it is no regular file of at most 1 MiB' };
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (err) {
    return { why: errorCode(err) || errorText(err) };
  }
}

function safe(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !LOADER.test(name)));
}

function splitOnce(assignment: string): [string, string] {
  const at = assignment.indexOf('=');
  return at === -1 ? [assignment, ''] : [assignment.slice(0, at), assignment.slice(at + 1)];
}
