import { WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { parseDuration } from '../shared/durations';
import type { GuardView, PauseRequest } from '../shared/guard';
import { guardId } from '../shared/ids';
import { CONTROLLER_TASK_QUEUE } from '../shared/task-queues';
import { withClient } from './connect';
import { eachHost, guardHosts } from './guard-hosts';
import { answered, whoAmI } from './people';
import { UsageError } from './usage';

const WITHOUT_CONTROLLER = 'is halcyon-controller running? On the host itself: touch /run/halcyon/paused';

interface TargetOptions {
  host?: string;
  config?: string;
}

interface PauseOptions extends TargetOptions {
  for: string;
  reason: string;
  as?: string;
}

/** `halcyon pause [--host h] [--for 2h] --reason "…"`: no new change begins; diagnosis, paging and undoing go on. */
export function createPauseCommand(): Command {
  return new Command('pause')
    .description('let no new change begin, on one host or on all; diagnosis, paging and undoing go on')
    .option('--host <host>', 'only this host; without it, every host of halcyon.yaml and every open guard')
    .option('--for <duration>', 'ends by itself after this time, at most 7d', '2h')
    .requiredOption('--reason <text>', 'why, for those who are paged meanwhile')
    .option('--as <name>', 'who you are, when it is not the user of this shell')
    .option('--config <file>', 'configuration file')
    .action(pause);
}

/** `halcyon resume [--host h]`: ends pauses before their time. */
export function createResumeCommand(): Command {
  return new Command('resume')
    .description('let changes begin again, on one host or on all')
    .option('--host <host>', 'only this host; without it, every one')
    .option('--as <name>', 'who you are, when it is not the user of this shell')
    .option('--reason <text>', 'why, for the record')
    .option('--config <file>', 'configuration file')
    .action(resume);
}

async function pause(options: PauseOptions): Promise<void> {
  if (options.reason.trim() === '') throw new UsageError('--reason: say why in a few words, others will ask');
  if (!(parseDuration(options.for) ?? 0)) throw new UsageError(`--for: "${options.for}" is no duration such as 2h`);
  const request: PauseRequest = { by: whoAmI(options.as), reason: options.reason, for: options.for };
  await withClient(options, async (client, config) => {
    await eachHost(await guardHosts(client, config, options.host), async (host) => {
      const { until } = await answered(client, () => pauseHost(client, host, request), WITHOUT_CONTROLLER);
      return `${host}: paused until ${until}`;
    });
  });
}

/** Where there is no guard yet, one is started: the next incident must find the pause. */
async function pauseHost(client: Client, host: string, request: PauseRequest): Promise<{ until: string }> {
  const startWorkflowOperation = new WithStartWorkflowOperation('guard', {
    workflowId: guardId(host),
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [{ host }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `Guard of ${host}: one remediation at a time`,
  });
  const args = [request];
  return await client.workflow.executeUpdateWithStart('pause', { args, startWorkflowOperation });
}

async function resume(options: TargetOptions & { as?: string; reason?: string }): Promise<void> {
  const by = whoAmI(options.as);
  const request = { by, ...(options.reason === undefined ? {} : { reason: options.reason }) };
  await withClient(options, async (client, config) => {
    await eachHost(await guardHosts(client, config, options.host), async (host) => {
      const guard = client.workflow.getHandle(guardId(host));
      try {
        const { pause: paused } = await answered(client, () => guard.query<GuardView>('guard'));
        if (paused === null) return `${host}: was not paused`;
        await answered(client, () => guard.executeUpdate('resume', { args: [request] }));
        return `${host}: resumed, ${paused.by} had paused it until ${paused.until}`;
      } catch (err) {
        if (err instanceof WorkflowNotFoundError) return `${host}: was not paused`;
        throw err;
      }
    });
  });
}
