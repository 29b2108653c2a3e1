import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { Command } from 'commander';
import { incidentWorkflowId } from '../alerts/incident-id';
import { incidentPolicies } from '../config';
import type { Config } from '../config';
import { FIRST_STATE } from '../shared/incident';
import type { IncidentInput } from '../shared/incident';
import { RUNBOOKS, RUNBOOK_NAMES } from '../shared/runbooks';
import { searchAttributes } from '../shared/search-attributes';
import { CONTROLLER_TASK_QUEUE } from '../shared/task-queues';
import { withClient } from './support/connect';
import { followToEnd } from './incident/follow-to-end';
import { refuseUnknownHost } from './support/hosts';
import { asOption, forTheRecord, requireReason, whoAmI } from './support/people';
import { addMaintenanceCommands } from './maintenance/run-maintenance';

interface RunOptions {
  host: string;
  reason: string;
  as?: string;
  config?: string;
  detach?: boolean;
}

interface RecoveryRunOptions extends RunOptions {
  dryRun?: boolean;
  onlyUnhealthy?: boolean;
}

type ManualRun = Pick<IncidentInput, 'recovery' | 'runbook'>;

/** `halcyon run <runbook> --host h1 --reason "…"`: a person starts a runbook. */
export function createRunCommand(): Command {
  const command = new Command('run').description('start a runbook, or routine maintenance, by hand and follow it');
  for (const runbook of RUNBOOK_NAMES) {
    const named = RUNBOOKS[runbook].command;
    if (named === null) continue;
    const started = runbookCommand(command, named.name, named.description);
    if (runbook === 'emergencyRecovery') recoveryOptions(started);
    else started.action((options: RunOptions) => run({ runbook }, options));
  }
  addMaintenanceCommands(command);
  return command;
}

function recoveryOptions(command: Command): void {
  command
    .option('--dry-run', 'look at what would be done and change nothing')
    .option('--only-unhealthy', 'leave dependencies alone that answer well')
    .action(({ dryRun = false, onlyUnhealthy = false, ...options }: RecoveryRunOptions) =>
      run({ runbook: 'emergencyRecovery', recovery: { dryRun, onlyUnhealthy } }, options),
    );
}

function runbookCommand(parent: Command, name: string, description: string): Command {
  const command = parent
    .command(name)
    .description(description)
    .requiredOption('--host <host>', 'host as named in halcyon.yaml')
    .requiredOption('--reason <text>', 'why, for the record', forTheRecord)
    .option('--config <file>', 'configuration file')
    .option('--detach', 'start it and leave');
  return asOption(command).addHelpText('after', '\nYou cannot approve what you start yourself.');
}

async function run(manual: ManualRun, options: RunOptions): Promise<void> {
  requireReason(options.reason);
  await withClient(options, async (client, config, file) => {
    refuseUnknownHost(options.host, config, file);
    const handle = await start(client, config, manual, options);
    process.stdout.write(`started ${handle.workflowId}\n`);
    if (options.detach === true) return;
    await followToEnd(handle);
  });
}

async function start(
  client: Client,
  config: Config,
  { runbook, recovery }: ManualRun,
  options: RunOptions,
): Promise<WorkflowHandle> {
  const who = whoAmI(options.as);
  const workflowId = incidentWorkflowId(runbook, options.host);
  const input: IncidentInput = {
    runbook,
    alertname: runbook,
    host: options.host,
    ...incidentPolicies(config, runbook),
    closedEpisodes: {},
    startedBy: { who, reason: options.reason },
    ...(recovery === undefined ? {} : { recovery }),
  };
  try {
    return await client.workflow.start(input.runbook, {
      workflowId,
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [input],
      staticSummary: `${RUNBOOKS[runbook].title} of ${options.host}, started by ${who}`,
      typedSearchAttributes: [
        { key: searchAttributes.host, value: options.host },
        { key: searchAttributes.alert, value: runbook },
        { key: searchAttributes.severity, value: 'manual' },
        { key: searchAttributes.state, value: FIRST_STATE },
        { key: searchAttributes.tier, value: 0 },
      ],
    });
  } catch (err) {
    if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
    throw new Error(`${workflowId} is already open: halcyon incident watch ${workflowId}`, { cause: err });
  }
}
