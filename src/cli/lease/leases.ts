import { Command } from 'commander';
import { parseDuration } from '../../shared/text/durations';
import type { SettingValue } from '../../shared/safety/lease';
import { withClient } from '../support/connect';
import { refuseUnknownHost } from '../support/hosts';
import { asOption, forTheRecord, requireReason, whoAmI } from '../support/people';
import { abandonLease, applyLease, extendLease, releaseLease } from './lease-commands';
import type { Person } from './lease-commands';
import { listLeases } from './lease-list';
import { subcommand } from '../support/subcommand';
import { UsageError } from '../support/usage';

interface Options {
  config?: string;
  json?: boolean;
}

interface ChangeOptions extends Options {
  reason: string;
  as?: string;
}

interface ApplyOptions extends ChangeOptions {
  host: string;
  setting: string;
  value: string;
  for: string;
}

/**
 * `halcyon leases list|apply|release|extend|abandon`. Exit codes: 0 it is so, 1 it could not be done or is not what was asked
 * for, 2 wrong usage, 3 Temporal unreachable.
 */
export function createLeasesCommand(): Command {
  const command = new Command('leases').description('temporary changes of settings: every deviation from normal');
  subcommand(command, 'list', 'what deviates from normal now')
    .option('--host <host>', 'only of this host')
    .option('--all', 'those that are over, too')
    .action((options: Options & { host?: string; all?: boolean }) =>
      withClient(options, async (client) => await listLeases(client, options)),
    );
  personal(subcommand(command, 'apply', 'change a setting for a while; it is put back by itself'))
    .requiredOption('--host <host>', 'host as named in halcyon.yaml')
    .requiredOption('--setting <name>', 'as under agent.settings of that host; of a family, name[address]')
    .requiredOption('--value <value>', 'a number, true, false or a text')
    .requiredOption('--for <duration>', 'such as 1h; at most 30d')
    .action((options: ApplyOptions) => apply(options));
  personal(subcommand(command, 'release', 'put a setting back now'))
    .argument('<host>')
    .argument('<setting>')
    .option('--owner <owner>', 'only this owner gives it up')
    .action((host: string, setting: string, options: ChangeOptions & { owner?: string }) =>
      withClient(options, async (client) => await releaseLease(client, { host, setting }, personOf(options), options)),
    );
  personal(subcommand(command, 'extend', 'keep a change for longer'))
    .argument('<host>')
    .argument('<setting>')
    .requiredOption('--for <duration>', 'from now, such as 1h; at most 30d')
    .action((host: string, setting: string, options: ChangeOptions & { for: string }) => {
      durationOf(options.for);
      return withClient(options, async (client) => {
        await extendLease(client, { host, setting }, { ...personOf(options), for: options.for }, options);
      });
    });
  personal(subcommand(command, 'abandon', 'give up one that cannot be undone: its host is gone'))
    .argument('<host>')
    .argument('<setting>')
    .action((host: string, setting: string, options: ChangeOptions) =>
      withClient(options, async (client) => await abandonLease(client, { host, setting }, personOf(options), options)),
    );
  return command;
}

function personal(command: Command): Command {
  return asOption(command.requiredOption('--reason <text>', 'why, for the record', forTheRecord));
}

async function apply(options: ApplyOptions): Promise<void> {
  const { host, setting } = options;
  const person = personOf(options);
  const ms = durationOf(options.for);
  const value = parseValue(options.value);
  await withClient(options, async (client, config, file) => {
    refuseUnknownHost(host, config, file);
    await applyLease(client, config, { host, setting, value, ms }, person, options);
  });
}

function personOf({ as, reason }: ChangeOptions): Person {
  requireReason(reason);
  return { by: whoAmI(as), reason };
}

function durationOf(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0 && ms <= parseDuration('30d')!) return ms;
  throw new UsageError(`--for: expected a duration such as "1h", at most 30d, got "${text}"`);
}

/** JSON where it is a number, true, false or a quoted text; else the text itself. */
function parseValue(written: string): SettingValue {
  if (written === '') throw new UsageError('--value: expected a number, true, false or a text');
  try {
    const value: unknown = JSON.parse(written);
    if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  } catch {
    return written;
  }
  throw new UsageError(`--value: expected a number, true, false or a text, got "${written}"`);
}
