import { Command, Option } from 'commander';
import { CONFIG_EXIT_CODE, configPath, loadRolesOrExit } from './config';
import { startAgent } from './roles/agent';
import { startController } from './roles/controller';
import type { RunningRole } from './roles/role';
import { connectWhenReachable, createClient } from './temporal/connection';
import { createLogger, installRuntime } from './temporal/logging';
import { runWorkers } from './temporal/workers';

const ROLES = ['controller', 'agent'] as const;
type Role = (typeof ROLES)[number];
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** `worker --role controller|agent`: the process that runs workflows, touches a host, or on a small site both. */
async function main(): Promise<void> {
  const program = new Command('halcyon-worker')
    .description('run workflows (controller) or one host’s activities (agent) until SIGTERM')
    .addOption(new Option('--role <role...>', 'what to run').choices(ROLES).makeOptionMandatory())
    .option('--config <file>', 'configuration file')
    // systemd does not start again what it gave wrong arguments.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : CONFIG_EXIT_CODE))
    .parse();
  const { role: roles, config: path } = program.opts<{ role: Role[]; config?: string }>();

  const config = loadRolesOrExit(roles, { path, env: process.env });
  const logger = createLogger(config.log.level);
  installRuntime(logger);

  const connection = await leavingOnSignal(() => connectWhenReachable(config.temporal, logger));
  const deps = { connection, client: createClient(config.temporal), logger };
  const running: RunningRole[] = [];
  if (roles.includes('controller')) running.push(await startController(config, deps));
  if (roles.includes('agent') && config.agent !== null) {
    running.push(await startAgent(config.agent, config.temporal.namespace, deps));
  }
  const file = configPath({ path, env: process.env });
  logger.info({ roles, temporal: config.temporal.address, config: file }, 'worker running');
  await runWorkers(
    running.map(({ worker }) => worker),
    connection,
  );
  await Promise.all(running.map(({ stop }) => stop()));
  await deps.client.connection.close();
}

/**
 * Ends the process on a signal while `wait` goes on. The SDK's runtime takes the signals and drains workers, and there are
 * none yet: without this, nothing would end.
 */
async function leavingOnSignal<T>(wait: () => Promise<T>): Promise<T> {
  const leave = () => process.exit(0);
  for (const signal of SIGNALS) process.once(signal, leave);
  try {
    return await wait();
  } finally {
    for (const signal of SIGNALS) process.off(signal, leave);
  }
}

void main().catch((err: unknown) => {
  process.stderr.write(`halcyon-worker: ${err instanceof Error ? err.message : String(err)}\n`);
  process.exit(1);
});
