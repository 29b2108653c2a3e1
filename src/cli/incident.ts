import { Command } from 'commander';
import { withClient } from './connect';
import { followIncident } from './follow';
import { answered, say, whoAmI } from './people';
import { exitCodeOf, formatEnd, formatEntry, plain } from './print-timeline';
import { UsageError } from './usage';
import type { IncidentView } from '../shared/incident';

interface ReadOptions {
  config?: string;
  json?: boolean;
}

/** `halcyon incident list|show|watch`. */
export function createIncidentCommand(): Command {
  const command = new Command('incident').description('look at incidents');
  command
    .command('list')
    .description('newest incidents first')
    .option('--config <file>', 'configuration file')
    .option('--open', 'only open ones')
    .option('--limit <n>', 'at most this many', '20')
    .option('--json', 'one JSON object per line')
    .action(list);
  command
    .command('show')
    .description('one incident with its whole timeline')
    .argument('<id>', 'workflow id, such as incident/KingfisherServiceDown/h1')
    .option('--config <file>', 'configuration file')
    .option('--json', 'print JSON')
    .action(show);
  command
    .command('watch')
    .description('follow an incident until it closes or people have it; exit code 0 when it closed healthy')
    .argument('<id>', 'workflow id, such as incident/KingfisherServiceDown/h1')
    .option('--config <file>', 'configuration file')
    .action(watch);
  command
    .command('close')
    .description('end an incident that people have: Halcyon looks once more and writes down what it sees')
    .argument('<id>', 'workflow id, such as incident/KingfisherServiceDown/h1')
    .requiredOption('--reason <text>', 'why it is over, for the record')
    .option('--as <name>', 'who you are (default: your user name)')
    .option('--config <file>', 'configuration file')
    .action(close);
  return command;
}

async function list(options: ReadOptions & { open?: boolean; limit: string }): Promise<void> {
  const limit = Number.parseInt(options.limit, 10);
  if (!(limit > 0)) throw new UsageError(`--limit: expected a number above 0, got "${options.limit}"`);
  await withClient(options, async (client) => {
    const query = `WorkflowId STARTS_WITH "incident/"${options.open === true ? ' AND ExecutionStatus = "Running"' : ''}`;
    let left = limit;
    for await (const run of client.workflow.list({ query })) {
      const field = (name: string) => String(run.searchAttributes[name]?.[0] ?? '');
      const row = {
        id: run.workflowId,
        runbook: run.type,
        status: run.status.name,
        state: field('HalcyonState'),
        outcome: field('HalcyonOutcome'),
        started: run.startTime.toISOString(),
      };
      const line =
        options.json === true
          ? JSON.stringify(row)
          : `${row.started}  ${(row.outcome || row.state || row.status).padEnd(12)}  ${row.id}`;
      process.stdout.write(`${plain(line)}\n`);
      left -= 1;
      if (left === 0) return;
    }
    if (left === limit && options.json !== true) process.stdout.write('no incidents\n');
  });
}

async function show(id: string, options: ReadOptions): Promise<void> {
  await withClient(options, async (client) => {
    const view = await answered(client, () => client.workflow.getHandle(id).query<IncidentView>('timeline'));
    if (options.json === true) process.stdout.write(`${JSON.stringify(view, null, 2)}\n`);
    else process.stdout.write([...view.timeline.map(formatEntry), formatEnd(view), ''].join('\n'));
  });
}

async function watch(id: string, options: ReadOptions): Promise<void> {
  await withClient(options, async (client) => {
    const view = await followIncident(client.workflow.getHandle(id), (line) => process.stdout.write(`${line}\n`));
    process.stdout.write(`${formatEnd(view)}\n`);
    process.exitCode = exitCodeOf(view.outcome);
  });
}

async function close(id: string, options: { reason: string; as?: string; config?: string }): Promise<void> {
  await withClient(options, async (client) => {
    await say(client, id, 'close', { as: whoAmI(options.as), reason: options.reason });
    process.stdout.write(`closing ${id}\n`);
  });
}
