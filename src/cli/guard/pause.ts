import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { Command } from 'commander';
import type { GuardView, Pause, PauseRequest, ResumeRequest } from '../../shared/safety/guard';
import { guardId } from '../../shared/ids';
import { isSamePerson } from '../../shared/safety/people';
import { DEFAULT_PAUSE } from '../../shared/safety/pause-limits';
import { pauseRequest, resumeRequest } from '../../shared/shape/people';
import { required } from '../../shared/shape/shape';
import { guardStart } from '../../shared/safety/guard-start';
import { withClient } from '../support/connect';
import { KEPT, ask } from '../support/controller';
import { eachHost, guardHosts } from './guard-hosts';
import { asOption, forTheRecord, whoAmI } from '../support/people';
import { UsageError } from '../support/usage';

const UNTIL_THEN = 'until then, on the host itself: touch /run/halcyon/paused';

interface TargetOptions {
  host?: string;
  config?: string;
  as?: string;
}

interface PauseOptions extends TargetOptions {
  for: string;
  reason: string;
}

interface ResumeOptions extends TargetOptions {
  reason?: string;
  all?: boolean;
}

/** `halcyon pause [--host h] [--for 2h] --reason "…"`: no new change begins; diagnosis, paging and undoing go on. */
export function createPauseCommand(): Command {
  const command = new Command('pause')
    .description('let no new change begin, on one host or on all; diagnosis, paging and undoing go on')
    .option('--host <host>', 'only this host; without it, every host of halcyon.yaml and every open guard')
    .option('--for <duration>', 'ends by itself after this time, at most 7d', DEFAULT_PAUSE)
    .requiredOption('--reason <text>', 'why, for those who are paged meanwhile', forTheRecord)
    .option('--config <file>', 'configuration file');
  return asOption(command).action(pause);
}

/** `halcyon resume [--host h] [--all]`: ends one's own pause before its time, or everybody's. */
export function createResumeCommand(): Command {
  const command = new Command('resume')
    .description('end your pause before its time, on one host or on all')
    .option('--host <host>', 'only this host; without it, every one')
    .option('--all', 'end the pauses of everybody')
    .option('--reason <text>', 'why, for the record', forTheRecord)
    .option('--config <file>', 'configuration file');
  return asOption(command).action(resume);
}

/**
 * Both are signals and no updates: Temporal keeps them in their order, whether or not a controller runs, so that a
 * "resume" that comes after a "pause" also counts after it.
 */
async function pause(options: PauseOptions): Promise<void> {
  const request: PauseRequest = { by: whoAmI(options.as), reason: options.reason, for: options.for };
  asUsage(() => required(pauseRequest, request));
  await withClient(options, async (client, config, file) => {
    await eachHost(await guardHosts(client, { config, file }, options.host), async (host) => {
      const view = await pauseHost(client, host, request);
      return view === undefined ? `${host}: ${KEPT}; ${UNTIL_THEN}` : pausedLine(host, view.pauses, request.by);
    });
  });
}

/** Where there is no guard yet, one is started: the next incident must find the pause. */
async function pauseHost(client: Client, host: string, request: PauseRequest): Promise<GuardView | undefined> {
  const handle = await client.workflow.signalWithStart('guard', {
    ...guardStart(host),
    signal: 'pause',
    signalArgs: [request],
  });
  // A query is answered after every signal that came before it.
  return await ask<GuardView>(client, client.workflow.getHandle(handle.workflowId), 'guard');
}

function pausedLine(host: string, pauses: Pause[], by: string): string {
  const mine = pauses.find((one) => isSamePerson(one.by, by));
  if (mine === undefined) throw new Error('the guard did not take the pause: "halcyon guard show" says what is so');
  const later = pauses.filter((one) => one !== mine && one.until > mine.until);
  return [`${host}: paused until ${mine.until}`, ...later.map((one) => `by ${one.by} until ${one.until}`)].join('; ');
}

async function resume(options: ResumeOptions): Promise<void> {
  const { reason, all } = options;
  const request: ResumeRequest = {
    by: whoAmI(options.as),
    ...(reason === undefined ? {} : { reason }),
    ...(all === undefined ? {} : { all }),
  };
  asUsage(() => required(resumeRequest, request));
  await withClient(options, async (client, config, file) => {
    await eachHost(await guardHosts(client, { config, file }, options.host), async (host) => {
      return `${host}: ${await resumeHost(client, client.workflow.getHandle(guardId(host)), request)}`;
    });
  });
}

async function resumeHost(client: Client, guard: WorkflowHandle, request: ResumeRequest): Promise<string> {
  try {
    const before = await ask<GuardView>(client, guard, 'guard');
    if (before?.pauses.length === 0) return 'was not paused';
    const ending = before?.pauses.filter(({ by }) => request.all === true || isSamePerson(by, request.by));
    if (ending?.length === 0)
      throw new Error(`paused by ${named(before!.pauses)}, not by you: --all ends it all the same`);
    await guard.signal<[ResumeRequest]>('resume', request);
    const after = before && (await ask<GuardView>(client, guard, 'guard'));
    if (after === undefined) return KEPT;
    const ended = `resumed, paused by ${named(ending!)} before`;
    return after.pauses.length === 0 ? ended : `${ended}; STILL paused by ${named(after.pauses)} (--all ends it)`;
  } catch (err) {
    if (err instanceof WorkflowNotFoundError) return 'was not paused';
    throw err;
  }
}

function named(pauses: Pause[]): string {
  return pauses.map(({ by, until }) => `${by} until ${until}`).join(' and ');
}

/** Guard and command line refuse by the same rules; here they are options. */
function asUsage(check: () => void): void {
  try {
    check();
  } catch (err) {
    throw new UsageError(`--${(err as Error).message}`);
  }
}
