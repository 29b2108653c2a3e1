import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import type { GuardView, Pause } from '../../shared/safety/guard';
import { guardId } from '../../shared/ids';
import { withClient } from '../support/connect';
import { eachHost, guardHosts } from './guard-hosts';
import { ask } from '../support/controller';
import { formatMoment } from '../support/moment';
import { table } from '../support/table';

interface ShowOptions {
  host?: string;
  config?: string;
  json?: boolean;
}

/** `halcyon guard show [--host h] [--json]`: who has the turn, who waits, pauses and restarts. */
export function createGuardCommand(): Command {
  const command = new Command('guard').description('look at the interlock of hosts');
  command
    .command('show')
    .description('who may change a host, who waits, whether it is paused')
    .option('--host <host>', 'only this host; without it, every one')
    .option('--config <file>', 'configuration file')
    .option('--json', 'one JSON object per line')
    .action(show);
  return command;
}

async function show(options: ShowOptions): Promise<void> {
  await withClient(options, async (client, config, file) => {
    await eachHost(await guardHosts(client, { config, file }, options.host), async (host) => {
      const view = await viewOf(client, host);
      return options.json === true ? [JSON.stringify(view ?? { host, guard: null })] : formatGuard(host, view);
    });
  });
}

/** @throws Error where no controller answers */
async function viewOf(client: Client, host: string): Promise<GuardView | undefined> {
  try {
    const handle = client.workflow.getHandle(guardId(host));
    if ((await handle.describe()).status.name !== 'RUNNING') return undefined;
    const view = await ask<GuardView>(client, handle, 'guard');
    if (view === undefined)
      throw new Error('no controller answers, so nobody can tell: is halcyon-controller running?');
    return view;
  } catch (err) {
    if (err instanceof WorkflowNotFoundError) return undefined;
    throw err;
  }
}

/** Lines of a host: whether it is paused first, then one fact a line, below the name of what it is about. */
export function formatGuard(host: string, view: GuardView | undefined): string[] {
  if (view === undefined) return [`${host}: nobody asked for it lately; not paused`];
  const { holder, pauses, queue, restarts, recentIncidents } = view;
  const counted = Object.entries(restarts).map(([service, count]) => `${service} ${count}`);
  const facts: [name: string, lines: string[]][] = [
    [
      'turn',
      [
        holder === null
          ? 'nobody has it'
          : `${holder.incidentId} since ${formatMoment(holder.since)}, token ${holder.token}`,
      ],
    ],
    [
      'waiting',
      queue.length === 0 ? ['nobody'] : queue.map(({ incidentId, severity }) => `${incidentId} (${severity})`),
    ],
    ['restarts', [`${counted.join(', ') || 'none'} (within the last hour)`]],
    ['changed by', [`${recentIncidents} incident${recentIncidents === 1 ? '' : 's'} lately`]],
  ];
  const [first, ...others] = pauses.map(pauseText);
  return [
    `${host}: ${first ?? 'not paused'}`,
    ...others.map((text) => `${' '.repeat(host.length + 2)}${text}`),
    ...table(facts.flatMap(([name, lines]) => lines.map((line, at) => [`  ${at === 0 ? name : ''}`, line]))),
  ];
}

function pauseText({ by, until, reason }: Pause): string {
  return `PAUSED by ${by} until ${formatMoment(until)}: ${reason}`;
}
