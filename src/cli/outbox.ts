import { Command } from 'commander';
import type { Config } from '../config';
import type { QuarantinedEvent } from '../shared/observations/events/outbox';
import { agentConfig } from './support/connect';
import { print, printJson } from './support/output';
import { subcommand } from './support/subcommand';
import { table } from './support/table';
import { UsageError } from './support/usage';

export interface Quarantine {
  list(): Promise<QuarantinedEvent[]>;
  /** False where the event is not in it. */
  restore(id: string): Promise<boolean>;
}

/** Undefined where the configuration names no tables. */
export type OpenQuarantine = (settings: NonNullable<Config['agent']>) => Quarantine | undefined;

interface Options {
  config?: string;
  json?: boolean;
}

/**
 * `halcyon outbox list|restore`, on a host whose agent knows the outbox; needs no Temporal. Exit codes: 0 good, 1 PostgreSQL
 * could not be asked, 2 wrong usage or configuration.
 */
export function createOutboxCommand(openQuarantine: OpenQuarantine): Command {
  const command = new Command('outbox').description('look at and put back events that runbook F moved to quarantine');
  subcommand(command, 'list', 'what is in quarantine, newest first').action(async (options: Options) => {
    list(await open(options, openQuarantine).list(), options);
  });
  subcommand(command, 'restore', 'put an event back into the outbox, to be tried from its first attempt')
    .argument('<id>', 'as "outbox list" prints it')
    .action(async (id: string, options: Options) => {
      if (!(await open(options, openQuarantine).restore(id))) {
        throw new UsageError(`there is no event ${id} in quarantine; "halcyon outbox list" names them`);
      }
      if (options.json === true) printJson({ id, restored: true });
      else print([`event ${id} is in the outbox again, with no attempts made`]);
    });
  return command;
}

function open(options: Options, openQuarantine: OpenQuarantine): Quarantine {
  const agent = agentConfig(options.config);
  const quarantine = agent === null ? undefined : openQuarantine(agent);
  if (quarantine !== undefined) return quarantine;
  throw new UsageError('agent.dependencies.postgres.outbox is not configured: run this on a host whose agent knows it');
}

function list(events: QuarantinedEvent[], { json }: Options): void {
  if (json === true) return printJson(events);
  const rows = events.map(({ id, eventType, reason, quarantinedAt }) => [quarantinedAt, id, eventType, reason]);
  print(rows.length === 0 ? ['no events in quarantine'] : table([['MOVED', 'ID', 'TYPE', 'WHY'], ...rows]));
}
