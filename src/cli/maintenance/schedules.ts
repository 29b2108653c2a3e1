import { ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client, ScheduleDescription } from '@temporalio/client';
import { Command } from 'commander';
import { scheduledMaintenance } from '../../config';
import type { Config } from '../../config';
import { MAINTENANCE_NAMES, maintenanceId } from '../../shared/maintenance';
import { applySchedules, describeSchedule, scheduleIds } from '../../temporal/schedules';
import { withClient } from '../support/connect';
import { formatMoment } from '../support/moment';
import { print, printJson } from '../support/output';
import { asOption, forTheRecord, requireReason, whoAmI } from '../support/people';
import { subcommand } from '../support/subcommand';
import { table } from '../support/table';
import { UsageError } from '../support/usage';

interface Options {
  config?: string;
  json?: boolean;
  host?: string;
  reason?: string;
  as?: string;
}

const KINDS = MAINTENANCE_NAMES.join(', ');

/** `halcyon schedules apply|list|run|pause|resume`: what halcyon.yaml schedules, in Temporal. */
export function createSchedulesCommand(): Command {
  const command = new Command('schedules').description('routine maintenance by the clock: schedules of halcyon.yaml');
  subcommand(command, 'apply', 'make the schedules in Temporal those of halcyon.yaml; the others are removed').action(
    apply,
  );
  subcommand(command, 'list', 'the schedules in Temporal: when they run, ran last, and who paused them').action(list);
  onHosts(command, 'run', 'start what a schedule starts, now; not where it runs already').action(
    async (name: string, options: Options) => await onEach(name, options, trigger),
  );
  asOption(onHosts(command, 'pause', 'let a schedule start nothing until it is resumed'))
    .requiredOption('--reason <text>', 'why, for those who wonder', forTheRecord)
    .action(async (name: string, options: Options) => await onEach(name, options, pause));
  asOption(onHosts(command, 'resume', 'let a paused schedule start its runs again')).action(
    async (name: string, options: Options) => await onEach(name, options, resume),
  );
  return command;
}

function onHosts(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .argument('<name>', `what is scheduled: ${KINDS}`)
    .option('--host <host>', 'only of this host; without it, of all')
    .option('--config <file>', 'configuration file');
}

async function apply(options: Options): Promise<void> {
  await withClient(options, async (client, config) => {
    const applied = await applySchedules(client, scheduledMaintenance(config));
    if (options.json === true) return printJson(applied);
    if (applied.length === 0) return print(['no schedules: name hosts under hosts: in halcyon.yaml']);
    print(table(applied.map(({ id, what }) => [what, id])));
  });
}

async function list(options: Options): Promise<void> {
  await withClient(options, async (client, config) => {
    const shown = await Promise.all(
      (await known(client, config)).map(async (id) => await describeSchedule(client, id)),
    );
    const found = shown.filter((one) => one !== undefined);
    if (options.json === true) return printJson(found.map(plainSchedule));
    if (found.length === 0) return print(['no schedules: halcyon schedules apply makes those of halcyon.yaml']);
    print(formatSchedules(found));
  });
}

/** Those that Temporal lists, and those of the file, which it may list a moment later. */
async function known(client: Client, config: Config): Promise<string[]> {
  const written = scheduledMaintenance(config).map(({ name, host }) => maintenanceId(name, host));
  return [...new Set([...(await scheduleIds(client)), ...written])].sort();
}

interface PlainSchedule {
  id: string;
  next: string | null;
  last: string | null;
  running: string[];
  paused: string | null;
}

export function plainSchedule({ scheduleId, info, state }: ScheduleDescription): PlainSchedule {
  return {
    id: scheduleId,
    next: info.nextActionTimes[0]?.toISOString() ?? null,
    last: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
    running: info.runningActions.map(({ workflow }) => workflow.workflowId),
    paused: state.paused ? (state.note ?? '') : null,
  };
}

function formatSchedules(found: ScheduleDescription[]): string[] {
  const rows = found.map(plainSchedule).map(({ id, next, last, running, paused }) => {
    const now = running.length > 0 ? 'runs now' : paused === null ? 'waits' : `PAUSED: ${paused}`;
    return [id, next === null ? '-' : formatMoment(next), last === null ? '-' : formatMoment(last), now];
  });
  return table([['SCHEDULE', 'NEXT', 'LAST', ''], ...rows]);
}

/** Does it for the schedule of each host; exit code 1 when one of them is not there. */
async function onEach(
  name: string,
  options: Options,
  work: (client: Client, id: string, options: Options) => Promise<string>,
): Promise<void> {
  if (!MAINTENANCE_NAMES.some((one) => one === name)) {
    throw new UsageError(`expected what is scheduled (${KINDS}), got "${name}"`);
  }
  await withClient(options, async (client, config) => {
    const { host } = options;
    const prefix = `maintenance/${name}/`;
    const ids =
      host === undefined ? (await known(client, config)).filter((id) => id.startsWith(prefix)) : [prefix + host];
    if (ids.length === 0) throw new Error(`nothing is scheduled as ${name}: halcyon schedules apply`);
    for (const id of ids) {
      const line = await work(client, id, options).catch((err: unknown) => {
        if (!(err instanceof ScheduleNotFoundError)) throw err;
        process.exitCode = 1;
        return `${id}: there is no such schedule: halcyon schedules apply`;
      });
      print([line]);
    }
  });
}

async function trigger(client: Client, id: string): Promise<string> {
  await client.schedule.getHandle(id).trigger(ScheduleOverlapPolicy.SKIP);
  return `${id}: started, where it does not run already`;
}

async function pause(client: Client, id: string, { as, reason = '' }: Options): Promise<string> {
  requireReason(reason);
  await client.schedule.getHandle(id).pause(`${whoAmI(as)}: ${reason}`);
  return `${id}: paused`;
}

async function resume(client: Client, id: string, { as }: Options): Promise<string> {
  await client.schedule.getHandle(id).unpause(`resumed by ${whoAmI(as)}`);
  return `${id}: resumed`;
}
