import { ConfigError } from './config-error';
import { loadConfig } from './load';
import type { LoadOptions } from './load';
import { loadConfigFor } from '../derive/roles';
import type { Role } from '../derive/roles';
import type { Config } from '../schema/config';

/** Exit status of every process whose configuration cannot be used. */
export const CONFIG_EXIT_CODE = 2;

/** The part of `process` that is needed to say what is wrong and leave. */
export interface Exit {
  stderr: { write(text: string): unknown };
  exit(code: number): never;
}

/**
 * Loads the configuration for an entry point. When it cannot be used, prints one line per problem on stderr and exits
 * with 2 before anything is started.
 */
export function loadConfigOrExit(options: LoadOptions, io: Exit = process): Config {
  return orExit(() => loadConfig(options), io);
}

/** The same for a process of these roles. */
export function loadRolesOrExit(
  roles: readonly Role[],
  options: Omit<LoadOptions, 'unused'>,
  io: Exit = process,
): Config {
  return orExit(() => loadConfigFor(roles, options), io);
}

function orExit(load: () => Config, io: Exit): Config {
  try {
    return load();
  } catch (error) {
    return exitOnConfigError(error, io);
  }
}

/** Prints a `ConfigError` and exits with 2; any other error is thrown on. */
export function exitOnConfigError(error: unknown, io: Exit = process): never {
  if (!(error instanceof ConfigError)) throw error;
  io.stderr.write(configProblems(error));
  return io.exit(CONFIG_EXIT_CODE);
}

/** The lines of a `ConfigError` as they are printed. */
export function configProblems(error: ConfigError): string {
  return error.lines.map((line) => `${line}\n`).join('');
}
