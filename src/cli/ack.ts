import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import type { Config } from '../config';
import { parseDuration } from '../shared/durations';
import type { Acknowledgement } from '../shared/escalation';
import { escalationId } from '../shared/ids';
import { withClient } from './connect';
import { Unanswered, answered } from './people';
import { plain } from './print-timeline';
import { UsageError } from './usage';

interface AckOptions {
  as: string;
  for?: string;
  config?: string;
}

/**
 * `halcyon ack <incident id> --as <who> [--for 30m]`: somebody has it, further tiers wait. Where the incident's run is
 * gone and its escalation goes on, or no controller answers, the escalation itself is told: what it is told is kept, and
 * counts as soon as there is a controller.
 */
export function createAckCommand(): Command {
  return new Command('ack')
    .description('acknowledge an incident: further tiers wait')
    .argument('<id>', 'workflow id, such as incident/KingfisherServiceDown/h1')
    .requiredOption('--as <who>', 'your name, for the record')
    .option('--for <duration>', 'how long, such as 45m (default: escalation.holdAfterAck)')
    .option('--config <file>', 'configuration file')
    .action(acknowledge);
}

async function acknowledge(id: string, options: AckOptions): Promise<void> {
  const { as } = options;
  if (as.trim() === '') throw new UsageError('--as: say who you are, it goes on the record');
  const forMs = options.for === undefined ? undefined : parseDuration(options.for);
  if (options.for !== undefined && !(forMs !== undefined && forMs > 0)) {
    throw new UsageError(`--for: expected a duration such as "45m", got "${options.for}"`);
  }
  const given: Acknowledgement = options.for === undefined ? { as } : { as, for: options.for };
  await withClient(options, async (client, config) => {
    const answer = await toIncident(client, id, given);
    const until = typeof answer === 'object' ? answer.until : await toEscalation(client, config, id, as, forMs);
    process.stdout.write(`${plain(id)}: acknowledged by ${plain(as)} until ${until.slice(0, 19)}Z\n`);
    if (answer === 'unanswered') process.stdout.write('no controller answers: it counts as soon as one runs\n');
  });
}

async function toIncident(
  client: Client,
  id: string,
  given: Acknowledgement,
): Promise<{ until: string } | 'notOpen' | 'unanswered'> {
  try {
    const handle = client.workflow.getHandle(id);
    return await answered(client, () =>
      handle.executeUpdate<{ until: string }, [Acknowledgement]>('acknowledge', { args: [given] }),
    );
  } catch (err) {
    if (err instanceof WorkflowNotFoundError) return 'notOpen';
    if (err instanceof Unanswered) return 'unanswered';
    throw err;
  }
}

async function toEscalation(
  client: Client,
  config: Config,
  id: string,
  as: string,
  forMs = config.escalation.holdAfterAckMs,
): Promise<string> {
  const until = new Date(Date.now() + forMs).toISOString();
  try {
    await client.workflow.getHandle(escalationId(id)).signal('acknowledged', { as, until });
    return until;
  } catch (err) {
    if (!(err instanceof WorkflowNotFoundError)) throw err;
    throw new Error(`${plain(id)} is not open; "halcyon incident list --open" names those that are`, { cause: err });
  }
}
