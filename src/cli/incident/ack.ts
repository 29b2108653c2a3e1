import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { Command } from 'commander';
import type { Config } from '../../config';
import { parseDuration } from '../../shared/text/durations';
import type { Acknowledgement } from '../../shared/paging/escalation';
import { escalationId } from '../../shared/ids';
import { withClient } from '../support/connect';
import { KEPT, answered, ask } from '../support/controller';
import { INCIDENT, findIncidentId } from './find-incident';
import { asOption, whoAmI } from '../support/people';
import { plain } from './print-timeline';
import { UsageError } from '../support/usage';

interface AckOptions {
  as?: string;
  for?: string;
  config?: string;
}

/**
 * `halcyon ack <incident> [--for 30m]`: somebody has it, further tiers wait. Where the incident's run is gone and its
 * escalation goes on, or no controller answers, the escalation itself is told: what it is told is kept, and counts as
 * soon as there is a controller.
 */
export function createAckCommand(): Command {
  const command = new Command('ack')
    .description('acknowledge an incident: further tiers wait')
    .argument('<incident>', INCIDENT)
    .option('--for <duration>', 'how long, such as 45m (default: escalation.holdAfterAck)')
    .option('--config <file>', 'configuration file');
  return asOption(command).action(acknowledge);
}

async function acknowledge(named: string, options: AckOptions): Promise<void> {
  const as = whoAmI(options.as);
  const forMs = options.for === undefined ? undefined : parseDuration(options.for);
  if (options.for !== undefined && !(forMs !== undefined && forMs > 0)) {
    throw new UsageError(`--for: expected a duration such as "45m", got "${options.for}"`);
  }
  const given: Acknowledgement = options.for === undefined ? { as } : { as, for: options.for };
  await withClient(options, async (client, config) => {
    const handle = client.workflow.getHandle(await findIncidentId(client, named));
    const answer = await toIncident(client, handle, given);
    const id = plain(handle.workflowId);
    const until = typeof answer === 'object' ? answer.until : await toEscalation(client, config, id, as, forMs);
    process.stdout.write(`${id}: acknowledged by ${plain(as)} until ${until.slice(0, 19)}Z\n`);
    if (answer === 'unanswered') process.stdout.write(`${KEPT}\n`);
  });
}

async function toIncident(
  client: Client,
  handle: WorkflowHandle,
  given: Acknowledgement,
): Promise<{ until: string } | 'notOpen' | 'unanswered'> {
  try {
    if ((await handle.describe()).status.name !== 'RUNNING') return 'notOpen';
    if ((await ask(client, handle, 'timeline')) === undefined) return 'unanswered';
    return await answered(client, () =>
      handle.executeUpdate<{ until: string }, [Acknowledgement]>('acknowledge', { args: [given] }),
    );
  } catch (err) {
    if (err instanceof WorkflowNotFoundError) return 'notOpen';
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
    throw new Error(`${id} is not open; "halcyon incident list --open" names those that are`, { cause: err });
  }
}
