import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import type { GuardView, Pause } from '../shared/guard';
import { guardId } from '../shared/ids';
import { withClient } from './connect';
import { eachHost, guardHosts } from './guard-hosts';
import { ask } from './controller';

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
      return options.json === true ? JSON.stringify(view ?? { host, guard: null }) : formatGuard(host, view);
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

/** One line of a host; several facts, separated by `;`. */
export function formatGuard(host: string, view: GuardView | undefined): string {
  if (view === undefined) return `${host}: nobody asked for it lately; not paused`;
  const { holder, pauses, queue, restarts, recentIncidents } = view;
  const waiting = queue.map(({ incidentId, severity }) => `${incidentId} (${severity})`);
  const counted = Object.entries(restarts).map(([service, count]) => `${service} ${count}`);
  return [
    `${host}: ${pauses.length === 0 ? 'not paused' : pauses.map(pauseText).join('; ')}`,
    holder === null
      ? 'nobody has the turn'
      : `${holder.incidentId} has the turn since ${holder.since}, token ${holder.token}`,
    waiting.length === 0 ? 'nobody waits' : `waiting: ${waiting.join(', ')}`,
    `restarts within the hour: ${counted.join(', ') || 'none'}`,
    `${recentIncidents} incident${recentIncidents === 1 ? '' : 's'} changed something lately`,
  ].join('; ');
}

function pauseText({ by, until, reason }: Pause): string {
  return `PAUSED by ${by} until ${until} (${reason})`;
}
