import { Command } from 'commander';
import type { Config } from '../config';
import type { BackupSummary, BackupVerdict, Backups, RestoreResult } from '../shared/observations/backups';
import { size } from '../shared/text/sizes';
import { agentConfig } from './support/connect';
import { print, printJson } from './support/output';
import { subcommand } from './support/subcommand';
import { table } from './support/table';
import { UsageError } from './support/usage';

export type OpenBackups = (settings: NonNullable<Config['agent']>) => Backups;

interface Options {
  config?: string;
  json?: boolean;
}

interface RestoreCommandOptions extends Options {
  to?: string;
  dryRun?: boolean;
  overwrite?: boolean;
}

/**
 * `halcyon backups list|verify|restore`, on the host that has them; needs no Temporal. Exit codes: 0 good, 1 a backup is
 * damaged or could not be restored whole, 2 wrong usage or configuration.
 */
export function createBackupsCommand(openBackups: OpenBackups): Command {
  const command = new Command('backups').description('look at and restore the backups of recoveries, on their host');
  subcommand(command, 'list', 'newest first').action((options: Options) => list(open(options, openBackups), options));
  subcommand(command, 'verify', 'read a backup and compare it with its manifest')
    .argument('<id>', 'as "backups list" prints it')
    .action((id: string, options: Options) => verify(open(options, openBackups), id, options));
  subcommand(command, 'restore', 'put back what is missing or different')
    .argument('<id>', 'as "backups list" prints it')
    .option('--to <folder>', 'into this folder (default: where it was)')
    .option('--dry-run', 'compare only and change nothing')
    .option('--overwrite', 'replace files that were written after the backup, too')
    .action((id: string, options: RestoreCommandOptions) => restore(open(options, openBackups), id, options));
  return command;
}

function open(options: Options, openBackups: OpenBackups): Backups {
  const agent = agentConfig(options.config);
  if (agent !== null && agent.backup !== null) return openBackups(agent);
  throw new UsageError('agent.backup is not configured: run this on a host whose agent makes backups');
}

async function list(backups: Backups, { json }: Options): Promise<void> {
  const all = await backups.list();
  if (json === true) return printJson(all);
  const rows = all.map((one) => [one.createdAt, one.state, String(one.files), size(one.bytes), one.id]);
  print(rows.length === 0 ? ['no backups'] : table([['MADE', 'STATE', 'FILES', 'SIZE', 'ID'], ...rows]));
}

async function verify(backups: Backups, id: string, { json }: Options): Promise<void> {
  const verdict = found(id, await refusing(() => backups.verify(id)));
  if (json === true) printJson(verdict);
  else print(verdictLines(verdict));
  if (!verdict.good) process.exitCode = 1;
}

async function restore(backups: Backups, id: string, options: RestoreCommandOptions): Promise<void> {
  const { to, dryRun = false, overwrite = false } = options;
  const result = found(id, await refusing(() => backups.restore(id, { to, dryRun, overwrite })));
  if (options.json === true) printJson(result);
  else print(result.verdict.good ? resultLines(result) : [...verdictLines(result.verdict), 'nothing was restored']);
  if (!result.verdict.good || result.inTheWay > 0) process.exitCode = 1;
}

/** What may not be selected is a matter of the arguments or of the configuration. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (err) {
    const failure = (err as { failure?: unknown }).failure;
    if (failure !== 'UnsafeSelector' && failure !== 'NotConfigured') throw err;
    throw new UsageError((err as Error).message);
  }
}

function found<T>(id: string, value: T | undefined): T {
  if (value === undefined) throw new UsageError(`there is no backup ${id}; "halcyon backups list" names them`);
  return value;
}

function verdictLines(verdict: BackupVerdict): string[] {
  if (verdict.good) return [`good: ${describe(verdict)}`];
  const what = verdict.state === 'complete' ? `damaged, ${verdict.bad} bad files` : 'incomplete';
  return [`${what}: ${describe(verdict)}`, ...verdict.examples.map((line) => `  ${line}`)];
}

function describe({ id, files, bytes, path }: BackupSummary): string {
  return `${id}, ${files} files, ${size(bytes)} in ${path}`;
}

function resultLines(result: RestoreResult): string[] {
  const rows = [
    [result.dryRun ? 'would restore' : 'restored', `${result.restored} files, ${size(result.restoredBytes)}`],
    ['as in the backup', String(result.same)],
    ['newer, kept', `${result.keptNewer}${result.keptNewer > 0 ? ' (--overwrite replaces them)' : ''}`],
    ['in the way, kept', String(result.inTheWay)],
  ];
  return [`${result.id} → ${result.target}`, ...table(rows), ...result.examples.map((line) => `  ${line}`)];
}
