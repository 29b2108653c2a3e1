import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError } from './config-error';

/** A file's text and the name by which problems call it: as the user wrote it. */
export interface ConfigFile {
  label: string;
  text: string;
}

export interface FindOptions {
  /** Named by the user; wins over everything. */
  path?: string;
  env: NodeJS.ProcessEnv;
  /** @default process.cwd() */
  cwd?: string;
  /** @default '/etc/halcyon/halcyon.yaml' */
  systemPath?: string;
}

const SYSTEM_PATH = '/etc/halcyon/halcyon.yaml';

/**
 * Reads the configuration: the named path, else `HALCYON_CONFIG`, else `./halcyon.yaml`, else
 * `/etc/halcyon/halcyon.yaml`. Throws `ConfigError` when there is none or it cannot be read.
 */
export function readConfigFile(options: FindOptions): ConfigFile {
  const { label, path } = findConfigFile(options);
  return { label, text: decode(label, readBytes(label, path)) };
}

/** The absolute path of the file that would be read. Throws `ConfigError` when there is none. */
export function configPath(options: FindOptions): string {
  return resolve(findConfigFile(options).path);
}

function findConfigFile({ path, env, cwd, systemPath }: FindOptions): { label: string; path: string } {
  const named = path ?? (env.HALCYON_CONFIG || undefined);
  if (named !== undefined) return { label: named, path: named };
  const local = join(cwd ?? process.cwd(), 'halcyon.yaml');
  if (existsSync(local)) return { label: 'halcyon.yaml', path: local };
  const system = systemPath ?? SYSTEM_PATH;
  if (existsSync(system)) return { label: system, path: system };
  throw new ConfigError([
    `no configuration file: neither ./halcyon.yaml nor ${system} exists; name one with --config or HALCYON_CONFIG`,
  ]);
}

function readBytes(label: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError([`${label}: ${reasonOf((error as NodeJS.ErrnoException).code)}`]);
  }
}

function reasonOf(code: string | undefined): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file';
  if (code === 'EISDIR') return 'is a directory, expected a file';
  if (code === 'EACCES' || code === 'EPERM') return 'not readable: permission denied';
  return `not readable (${code ?? 'unknown error'})`;
}

function decode(label: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError([`${label}: is not UTF-8 text`]);
  }
}
