import { Command } from 'commander';
import type { Config } from '../config';
import { plain } from './incident/print-timeline';
import { agentConfig } from './support/connect';
import { print, printJson } from './support/output';
import { subcommand } from './support/subcommand';
import { UsageError } from './support/usage';

/** What is missing on the host of an agent, one line each. */
export type CheckAgent = (settings: NonNullable<Config['agent']>) => Promise<string[]>;

/**
 * `halcyon agent check`, on the host that has it; needs no Temporal, and changes nothing. Exit codes: 0 nothing is missing, 1
 * something is, 2 wrong usage or configuration.
 */
export function createAgentCommand(checkAgent: CheckAgent): Command {
  const command = new Command('agent').description('the agent of this host');
  subcommand(command, 'check', 'say what pages ask this host for and do not get, and how to set it').action(
    async ({ config, json }: { config?: string; json?: boolean }) => {
      const agent = agentConfig(config);
      if (agent === null) throw new UsageError('agent is not configured: run this on a host that has an agent');
      const missing = await checkAgent(agent);
      if (json === true) printJson(missing);
      else print(missing.length === 0 ? ['nothing is missing'] : missing.map(plain));
      if (missing.length > 0) process.exitCode = 1;
    },
  );
  return command;
}
