import { Command } from 'commander';
import { CONFIG_EXIT_CODE, configPath, incidentPolicies, loadRolesOrExit } from './config';
import { AmqpIntake } from './intake/amqp/amqp-intake';
import { AlertDispatcher } from './intake/incident-starter';
import { createIntakeServer } from './intake/server';
import { createClient } from './temporal/connection';
import { createLogger } from './temporal/logging';
import { registerSearchAttributes } from './temporal/search-attributes';

/** The door for alerts: HTTP and a queue in, incidents in Temporal out. Keeps nothing itself. */
async function main(): Promise<void> {
  const program = new Command('halcyon-intake')
    .description('take alerts over HTTP, and from a queue, and start their incidents, until SIGTERM')
    .option('--config <file>', 'configuration file')
    // systemd does not start again what it gave wrong arguments.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : CONFIG_EXIT_CODE))
    .parse();
  const { config: path } = program.opts<{ config?: string }>();
  const config = loadRolesOrExit(['intake'], { path, env: process.env });
  const logger = createLogger(config.log.level);
  const client = createClient(config.temporal);
  const { namespace } = config.temporal;
  const register = () => registerSearchAttributes(client.connection, namespace);

  const { amqp, bodyLimitBytes, temporalTimeoutMs } = config.intake;
  const starter = new AlertDispatcher({
    client,
    logger,
    table: config,
    policiesOf: (runbook) => incidentPolicies(config, runbook),
    timeoutMs: temporalTimeoutMs,
    registerSearchAttributes: register,
  });
  const queue = amqp === null ? undefined : new AmqpIntake({ settings: amqp, bodyLimitBytes, starter, logger });
  const server = createIntakeServer({
    settings: config.intake,
    logger,
    starter,
    queueStatus: queue && (() => queue.status()),
    isTemporalReachable: () =>
      client.connection
        .withDeadline(Date.now() + 2_000, () => client.connection.workflowService.describeNamespace({ namespace }))
        .then(() => true)
        .catch(() => false),
  });
  // Best effort: with Temporal away, the first incident does it.
  void client.connection.withDeadline(Date.now() + 5_000, register).catch(() => undefined);
  logger.info({ config: configPath({ path, env: process.env }) }, 'configuration read');
  await server.listen({ host: config.intake.host, port: config.intake.port });
  queue?.start();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // What is under way gets its answer. Calls that wait for Temporal to come back would keep us here.
    const stop = () => Promise.allSettled([server.close(), queue?.stop(temporalTimeoutMs)]);
    process.once(signal, () => void stop().finally(() => process.exit()));
  }
}

void main().catch((err: unknown) => {
  process.stderr.write(`halcyon-intake: ${err instanceof Error ? err.message : String(err)}\n`);
  process.exit(1);
});
