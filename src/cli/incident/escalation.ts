import { WorkflowNotFoundError } from '@temporalio/client';
import { Command } from 'commander';
import { CHANNEL_NAMES } from '../../shared/paging/escalation';
import type { EscalationView, Page } from '../../shared/paging/escalation';
import { escalationId } from '../../shared/ids';
import { withClient } from '../support/connect';
import { ask } from '../support/controller';
import { INCIDENT, findIncidentId } from './find-incident';
import { formatMoment } from '../support/moment';
import { plain } from './print-timeline';

interface ShowOptions {
  config?: string;
  json?: boolean;
}

/** `halcyon escalation show <incident id>`: who was paged when, who has it, and what comes next. */
export function createEscalationCommand(): Command {
  const command = new Command('escalation').description('look at who is paged');
  command
    .command('show')
    .description('who was paged, who acknowledged, and what comes next')
    .argument('<incident>', INCIDENT)
    .option('--config <file>', 'configuration file')
    .option('--json', 'print JSON')
    .action(show);
  return command;
}

async function show(id: string, options: ShowOptions): Promise<void> {
  await withClient(options, async (client) => {
    const workflowId = await findIncidentId(client, id);
    try {
      const view = await ask<EscalationView>(client, client.workflow.getHandle(escalationId(workflowId)), 'escalation');
      if (view === undefined)
        throw new Error('no controller answers, so nobody can tell: is halcyon-controller running?');
      const text = options.json === true ? JSON.stringify(view, null, 2) : formatEscalation(view).join('\n');
      process.stdout.write(`${text}\n`);
    } catch (err) {
      if (!(err instanceof WorkflowNotFoundError)) throw err;
      throw new Error(`there is no escalation of ${plain(workflowId)}`, { cause: err });
    }
  });
}

/** Lines for a terminal. */
export function formatEscalation(view: EscalationView): string[] {
  const { subject, route, acknowledged, next, stillSince, closed } = view;
  const lines = [
    `${subject.alertname} on ${subject.host ?? 'an unknown host'} since ${formatMoment(subject.startsAt)}`,
    ...(route === '' ? [] : [route]),
    ...view.pages.map(pageLine),
    ...(view.pages.length === 0 ? ['nobody was paged'] : []),
    ...(acknowledged === null
      ? []
      : [
          `acknowledged by ${acknowledged.as} at ${formatMoment(acknowledged.at)} until ${formatMoment(acknowledged.until)}`,
        ]),
    ...(closed === null ? [] : [closed === 'gone' ? 'over: its incident is gone' : `closed: ${closed}`]),
    ...(stillSince === null ? [] : [`the host is well since ${formatMoment(stillSince)}: the clock stands still`]),
    ...(next === null ? [] : [`next: tier ${next.tier} (${next.notify}) at ${formatMoment(next.at)}`]),
  ];
  return lines.map(plain);
}

function pageLine({ at, tier, teamName, channel, delivered, detail, collapsed }: Page): string {
  const where = CHANNEL_NAMES[channel];
  const result = delivered ? `delivered to ${detail}` : `NOT delivered: ${detail}`;
  return `${formatMoment(at)}  tier ${tier}  ${teamName}, ${where}: ${result}${collapsed ? ' (caught up)' : ''}`;
}
