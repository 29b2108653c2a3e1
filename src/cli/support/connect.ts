import type { Client } from '@temporalio/client';
import { configPath, loadConfigOrExit } from '../../config';
import type { Config } from '../../config';
import { createClient } from '../../temporal/connection';
import { GRPC_DEADLINE_EXCEEDED, GRPC_UNAVAILABLE, causeOf, failedWith } from './grpc';
import { isRefused } from './knock';

/** Exit code when Temporal cannot be reached. */
const UNREACHABLE_EXIT_CODE = 3;
const DEADLINE_MS = 5_000;

/** What a command works with: it needs none of the secrets of intake, controller and agents. */
export function commandConfig(path: string | undefined): Config {
  return loadConfigOrExit({ path, env: process.env, unused: ['intake', 'pagers', 'agent', 'store'] });
}

/** Of the host that the command runs on; null where none is configured. Secrets of intake and controller are not needed. */
export function agentConfig(path: string | undefined): Config['agent'] {
  return loadConfigOrExit({ path, env: process.env, unused: ['intake', 'pagers', 'store'] }).agent;
}

/**
 * Runs a command against Temporal and always lets go of the connection. Sets exit code 3 when Temporal is away. The command
 * gets the configuration and the path of its file, to name it where it says something else than a person meant.
 */
export async function withClient(
  options: { config?: string },
  command: (client: Client, config: Config, file: string) => Promise<void>,
): Promise<void> {
  const config = commandConfig(options.config);
  const client = createClient(config.temporal);
  try {
    if (await isRefused(config.temporal.address)) return unreachable(config);
    // A call and not `ensureConnected`, which has a deadline of its own.
    const { connection } = client;
    await connection.withDeadline(Date.now() + DEADLINE_MS, () => connection.workflowService.getSystemInfo({}));
    await command(client, config, configPath({ path: options.config, env: process.env }));
  } catch (err) {
    if (!isUnreachable(err)) throw err;
    unreachable(config);
  } finally {
    await client.connection.close();
  }
}

function unreachable({ temporal: { address } }: Config): void {
  process.stderr.write(
    `halcyon: Temporal at ${address} cannot be reached; is it running, is temporal.address right?\n`,
  );
  process.exitCode = UNREACHABLE_EXIT_CODE;
}

function isUnreachable(err: unknown): boolean {
  const cause = causeOf(err);
  if (cause instanceof Error && /Failed to connect before the deadline/.test(cause.message)) return true;
  return failedWith(err, GRPC_UNAVAILABLE, GRPC_DEADLINE_EXCEEDED);
}
