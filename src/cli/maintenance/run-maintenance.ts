import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Command } from 'commander';
import { maintenanceInput } from '../../config';
import type { Config } from '../../config';
import { MAINTENANCE, MAINTENANCE_NAMES, TASK_WORDS, maintenanceId, outcomeOf } from '../../shared/maintenance';
import type { MaintenanceInput, MaintenanceName, MaintenanceReport } from '../../shared/maintenance';
import { tableLines } from '../../shared/report/table-lines';
import { searchAttributes } from '../../shared/search-attributes';
import { CONTROLLER_TASK_QUEUE } from '../../shared/task-queues';
import { withClient } from '../support/connect';
import { refuseUnknownHost } from '../support/hosts';
import { print } from '../support/output';
import { asOption, whoAmI } from '../support/people';

interface MaintenanceOptions {
  host: string;
  dryRun?: boolean;
  detach?: boolean;
  as?: string;
  config?: string;
}

const MORE = `
Before a change it waits while an incident is open on the host or changes are paused there, up to the window of its
schedule; what only looks waits for nobody. Exit codes: 0 every task done or nothing to do, 1 one failed or was not done, 2 wrong usage, 3 Temporal unreachable.`;

/** `halcyon run weekly|monthly --host h1 [--dry-run]`: routine maintenance by hand. */
export function addMaintenanceCommands(run: Command): void {
  for (const name of MAINTENANCE_NAMES) {
    const command = run
      .command(name)
      .description(`section G: ${MAINTENANCE[name].title.toLowerCase()} of one host`)
      .requiredOption('--host <host>', 'host as named in halcyon.yaml')
      .option('--dry-run', 'look at what would be done and change nothing')
      .option('--config <file>', 'configuration file')
      .option('--detach', 'start it and leave');
    asOption(command)
      .addHelpText('after', MORE)
      .action(async (options: MaintenanceOptions) => await start(name, options));
  }
}

async function start(name: MaintenanceName, options: MaintenanceOptions): Promise<void> {
  await withClient(options, async (client, config, file) => {
    refuseUnknownHost(options.host, config, file);
    const handle = await begin(client, config, name, options);
    print([`started ${handle.workflowId}`]);
    if (options.detach === true) return;
    const report = (await handle.result()) as MaintenanceReport;
    print(reportLines(report));
    if (!isWell(report)) process.exitCode = 1;
  });
}

async function begin(
  client: Client,
  config: Config,
  name: MaintenanceName,
  { host, as, dryRun: isDryRun = false }: MaintenanceOptions,
): Promise<WorkflowHandle> {
  const startedBy = whoAmI(as);
  const workflowId = maintenanceId(name, host);
  const input: MaintenanceInput = { ...maintenanceInput(config, name, { host, startedBy, isDryRun }), dueAt: null };
  try {
    return await client.workflow.start(MAINTENANCE[name].workflow, {
      workflowId,
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [input],
      staticSummary: `${MAINTENANCE[name].title} of ${host}, started by ${startedBy}${isDryRun ? ', dry run' : ''}`,
      typedSearchAttributes: [{ key: searchAttributes.host, value: host }],
    });
  } catch (err) {
    if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
    throw new Error(`${workflowId} is already open: look at it in Temporal UI`, { cause: err });
  }
}

function isWell({ tasks }: MaintenanceReport): boolean {
  return tasks.every(({ state }) => state !== 'failed' && state !== 'notDone');
}

/** Lines for a terminal. */
export function reportLines(report: MaintenanceReport): string[] {
  const { name, host, tasks, notes, undelivered, isDryRun } = report;
  return [
    ...tasks.flatMap(({ cite, title, state, detail, lines, table, toDo }) => [
      `${cite} ${title}: ${TASK_WORDS[state]}: ${detail}`,
      ...[...tableLines(table), ...lines].map((line) => `      ${line}`),
      ...(typeof toDo === 'string' ? [`      to do: ${toDo}`] : []),
    ]),
    ...undelivered.map((line) => `not delivered: ${line}`),
    ...notes.map((line) => `note: ${line}`),
    `${MAINTENANCE[name].title} of ${host}${isDryRun ? ' (dry run, nothing was changed)' : ''}: ${outcomeOf(report)}`,
  ];
}
