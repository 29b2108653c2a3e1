import { Command, Option } from 'commander';
import {
  CONFIG_EXIT_CODE,
  ConfigError,
  ROLES,
  checkFiles,
  configPath,
  configProblems,
  configWarnings,
  effectiveConfig,
  formatConfig,
  loadConfig,
  loadConfigFor,
} from '../config';
import type { Config, Role } from '../config';

/** The part of `process` that the command uses. */
export interface ConfigCommandIo {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
  env: NodeJS.ProcessEnv;
  exitCode?: number | string | null | undefined;
}

interface CheckOptions {
  config?: string;
  role?: Role;
  json?: boolean;
}

/**
 * `halcyon config check`: names the file on stderr and prints the effective configuration with secrets masked. With
 * problems, prints one line each on stderr and sets exit code 2. What is probably not meant, such as hours at which nobody can
 * be paged, is a warning on stderr, and no failure.
 */
export function createConfigCommand(io: ConfigCommandIo): Command {
  const command = new Command('config').description('look at the configuration');
  command
    .command('check')
    .description('name the configuration file, check it and print what is in effect, secrets masked')
    .option(
      '--config <file>',
      'configuration file (default: HALCYON_CONFIG, ./halcyon.yaml, /etc/halcyon/halcyon.yaml)',
    )
    .addOption(new Option('--role <role>', 'check what this process needs, and no secrets of others').choices(ROLES))
    .option('--json', 'print JSON instead of YAML')
    .action((options: CheckOptions) => check(io, options));
  return command;
}

function check(io: ConfigCommandIo, { config: path, role, json }: CheckOptions): void {
  try {
    const options = { env: io.env, ...(path === undefined ? {} : { path }) };
    io.stderr.write(`reading ${configPath(options)}\n`);
    const config = role === undefined ? loadConfig(options) : loadConfigFor([role], options);
    checkFiles(config);
    io.stdout.write(json === true ? asJson(config) : formatConfig(config));
    for (const line of configWarnings(config, role)) io.stderr.write(`warning: ${line}\n`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    io.stderr.write(configProblems(error));
    io.exitCode = CONFIG_EXIT_CODE;
  }
}

function asJson(config: Config): string {
  return `${JSON.stringify(effectiveConfig(config), null, 2)}\n`;
}
