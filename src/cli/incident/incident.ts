import { Command } from 'commander';
import { withClient } from '../support/connect';
import { KEPT, sayOrKeep } from '../support/controller';
import { INCIDENT, NoIncident, findIncident } from './find-incident';
import { followToEnd } from './follow-to-end';
import { limitOf, listIncidents, queryOf } from './incident-list';
import type { ListOptions } from './incident-list';
import { showIncident, showRecorded } from './incident-show';
import { findRecorded, recordedRows } from './recorded';
import { asOption, forTheRecord, requireReason, whoAmI } from '../support/people';
import { plain } from './print-timeline';

interface ReadOptions {
  config?: string;
  json?: boolean;
  run?: string;
}

/** `halcyon incident list|show|watch|close`. */
export function createIncidentCommand(): Command {
  const command = new Command('incident').description('look at incidents');
  listCommand(command);
  command
    .command('show')
    .description('one incident with its whole timeline; the open one, or the newest that is over')
    .argument('<incident>', INCIDENT)
    .option('--run <run>', 'an earlier one, as "incident list" shows its run')
    .option('--config <file>', 'configuration file')
    .option('--json', 'print JSON')
    .action(show);
  command
    .command('watch')
    .description('follow an incident until it closes or people have it; exit code 0 when it closed healthy')
    .argument('<incident>', INCIDENT)
    .option('--config <file>', 'configuration file')
    .action(watch);
  asOption(
    command
      .command('close')
      .description('end an incident: nothing new is begun, Halcyon looks once more and writes down what it sees')
      .argument('<incident>', INCIDENT)
      .requiredOption('--reason <text>', 'why it is over, for the record', forTheRecord)
      .option('--config <file>', 'configuration file'),
  ).action(close);
  return command;
}

function listCommand(parent: Command): void {
  parent
    .command('list')
    .description('incidents, the one that began last first')
    .option('--open', 'only open ones')
    .option('--since <when>', 'only those that began after this: 2h, 2026-11-23, 2026-11-23T03:00Z')
    .option('--host <host>', 'only of this host')
    .option('--alert <name>', 'only of this alert')
    .option('--outcome <outcome>', 'only with this outcome: healed, unresolved, cancelled …')
    .option('--limit <n>', 'at most this many', '20')
    .option('--config <file>', 'configuration file')
    .option('--json', 'one JSON object per line')
    .action(list);
}

async function list(options: ListOptions): Promise<void> {
  limitOf(options.limit);
  queryOf(options, Date.now());
  await withClient(options, async (client, config) => {
    await listIncidents(client, options, await recordedRows(config, options));
  });
}

async function show(named: string, options: ReadOptions): Promise<void> {
  await withClient(options, async (client, config) => {
    const { run } = options;
    try {
      await showIncident(client, await findIncident(client, named, run === undefined ? {} : { run }), options);
    } catch (err) {
      if (!(err instanceof NoIncident)) throw err;
      // Temporal forgets what ended long ago.
      const recorded = await findRecorded(config, named, run);
      if (recorded === undefined) throw err;
      showRecorded(recorded, options);
    }
  });
}

async function watch(named: string, options: ReadOptions): Promise<void> {
  await withClient(options, async (client) => await followToEnd(await findIncident(client, named)));
}

async function close(named: string, options: { reason: string; as?: string; config?: string }): Promise<void> {
  requireReason(options.reason);
  const argument = { as: whoAmI(options.as), reason: options.reason };
  await withClient(options, async (client) => {
    const handle = await findIncident(client, named, { open: true });
    const { kind } = await sayOrKeep(client, handle, { name: 'close', query: 'timeline', argument });
    process.stdout.write(`${plain(handle.workflowId)}: ${kind === 'kept' ? KEPT : 'closing'}\n`);
  });
}
