import path from 'node:path';
import { Command, Option } from 'commander';
import { CONFIG_EXIT_CODE, ConfigError, configProblems } from '../config';
import { defaultDataFolder } from '../dev/data-folder';
import { runDev } from '../dev/dev';
import { sendTestAlert } from '../dev/test-alert';

interface DevOptions {
  data: string;
  config?: string;
  agent?: boolean;
}

interface AlertOptions {
  data?: string;
  host?: string;
  alert: string;
  severity: string;
  resolved?: boolean;
}

/** `halcyon dev`: all of Halcyon on one machine; `halcyon dev alert`: a test alert for it. */
export function createDevCommand(): Command {
  const command = new Command('dev')
    .description(
      'all of Halcyon on this machine: Temporal, the record, controller, intake; it observes unless told otherwise',
    )
    .addOption(new Option('--data <folder>', 'where everything is kept').default(defaultDataFolder()))
    .option(
      '--config <file>',
      'configuration file (default: halcyon.yaml in the data folder, written where there is none)',
    )
    .option('--agent', 'with an agent for this host; as root, where KingFisher is')
    .action(dev);
  command
    .command('alert')
    .description('send a test alert to the "halcyon dev" that runs')
    .option('--data <folder>', 'its data folder')
    .option('--host <host>', 'whom it is about (default: the only host of the configuration)')
    .option('--alert <name>', 'its name, as in routes of the configuration', 'KingfisherServiceDown')
    .option('--severity <severity>', 'its label', 'critical')
    .option('--resolved', 'the end of the one that was sent last')
    .action(alert);
  return command;
}

async function dev({ data, config, agent = false }: DevOptions): Promise<void> {
  try {
    const own = config === undefined ? {} : { config };
    await runDev({ data, ...own, withAgent: agent, env: process.env, out: process.stdout, halcyon: asTyped() });
  } catch (err) {
    if (!(err instanceof ConfigError)) throw err;
    process.stderr.write(configProblems(err));
    process.exitCode = CONFIG_EXIT_CODE;
  }
}

async function alert(options: AlertOptions, command: Command): Promise<void> {
  const { host, alert: alertname, severity, resolved = false } = options;
  // Both commands have it: one of ours counts, else that before us.
  const data = options.data ?? command.parent!.opts<DevOptions>().data;
  const about = host === undefined ? {} : { host };
  const line = await sendTestAlert({ data, ...about, alertname, severity, isResolved: resolved, env: process.env });
  process.stdout.write(`${line}\n`);
}

/** `halcyon`, or what a person types who has not linked it. */
function asTyped(): string {
  const script = process.argv[1] ?? 'halcyon';
  const near = path.relative(process.cwd(), script);
  return path.basename(script) === 'halcyon' ? 'halcyon' : `node ${near.startsWith('..') ? script : near}`;
}
