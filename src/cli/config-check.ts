import { Command } from 'commander';
import {
  CONFIG_EXIT_CODE,
  ConfigError,
  configProblems,
  effectiveConfig,
  formatConfig,
  loadConfig,
  pagingWarnings,
} from '../config';
import type { Config } from '../config';

/** The part of `process` that the command uses. */
export interface ConfigCommandIo {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
  env: NodeJS.ProcessEnv;
  exitCode?: number | string | null | undefined;
}

interface CheckOptions {
  config?: string;
  json?: boolean;
}

/**
 * `halcyon config check`: prints the effective configuration with secrets masked. With problems, prints one line each
 * on stderr and sets exit code 2. Whom this file cannot page is a warning on stderr, and no failure.
 */
export function createConfigCommand(io: ConfigCommandIo): Command {
  const command = new Command('config').description('look at the configuration');
  command
    .command('check')
    .description('check halcyon.yaml and print the effective configuration, secrets masked')
    .option(
      '--config <file>',
      'configuration file (default: HALCYON_CONFIG, ./halcyon.yaml, /etc/halcyon/halcyon.yaml)',
    )
    .option('--json', 'print JSON instead of YAML')
    .action((options: CheckOptions) => check(io, options));
  return command;
}

function check(io: ConfigCommandIo, options: CheckOptions): void {
  try {
    const config = loadConfig({ env: io.env, ...(options.config === undefined ? {} : { path: options.config }) });
    io.stdout.write(options.json === true ? asJson(config) : formatConfig(config));
    io.stderr.write(
      pagingWarnings(config)
        .map((line) => `warning: ${line}\n`)
        .join(''),
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    io.stderr.write(configProblems(error));
    io.exitCode = CONFIG_EXIT_CODE;
  }
}

function asJson(config: Config): string {
  return `${JSON.stringify(effectiveConfig(config), null, 2)}\n`;
}
