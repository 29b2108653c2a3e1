import { Command } from 'commander';
import type { Config } from '../config';
import type { Quarantine, QuarantinedImage } from '../shared/observations/images/corrupt-images';
import { plain } from './incident/print-timeline';
import { agentConfig } from './support/connect';
import { print, printJson } from './support/output';
import { subcommand } from './support/subcommand';
import { table } from './support/table';
import { UsageError } from './support/usage';

export type OpenQuarantine = (settings: NonNullable<Config['agent']>) => Quarantine;

interface Options {
  config?: string;
  json?: boolean;
}

/**
 * `halcyon quarantine list|restore`, on the host that has it; needs no Temporal. Exit codes: 0 good, 1 it could not be put
 * back, 2 wrong usage or configuration.
 */
export function createQuarantineCommand(openQuarantine: OpenQuarantine): Command {
  const command = new Command('quarantine').description('images that could not be decoded, on their host');
  subcommand(command, 'list', 'newest first').action((options: Options) =>
    list(open(options, openQuarantine), options),
  );
  subcommand(command, 'restore', 'put an image back where it was')
    .argument('<id>', 'as "quarantine list" prints it')
    .action((id: string, options: Options) => restore(open(options, openQuarantine), id, options));
  return command;
}

function open(options: Options, openQuarantine: OpenQuarantine): Quarantine {
  const agent = agentConfig(options.config);
  if (agent !== null) return openQuarantine(agent);
  throw new UsageError('agent is not configured: run this on a host that has an agent');
}

async function list(quarantine: Quarantine, { json }: Options): Promise<void> {
  const all = await quarantine.list();
  if (json === true) return printJson(all);
  const rows = all.map(({ quarantinedAt, why, path, id }) => [quarantinedAt, id, plain(why), plain(path)]);
  print(rows.length === 0 ? ['no images'] : table([['MOVED', 'ID', 'WHY', 'WAS'], ...rows]));
}

async function restore(quarantine: Quarantine, id: string, { json }: Options): Promise<void> {
  const restored = found(id, await quarantine.restore(id));
  if (json === true) printJson(restored);
  else print([`restored ${restored.path}`]);
}

function found(id: string, entry: QuarantinedImage | undefined): QuarantinedImage {
  if (entry === undefined) throw new UsageError(`there is no image ${id}; "halcyon quarantine list" names them`);
  return entry;
}
