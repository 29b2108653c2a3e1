import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { UnknownBuild, adopt, builds, makeCurrent, tellToMoveOn, untilRouted } from '../../temporal/deployment';
import type { Build } from '../../temporal/deployment';
import { withClient } from '../support/connect';
import { plain } from '../incident/print-timeline';
import { table } from '../support/table';
import { UsageError } from '../support/usage';

interface Options {
  config?: string;
  json?: boolean;
}

/** What stands for "controllers without a version". */
const UNVERSIONED = 'none';

/**
 * `halcyon rollout status|use|adopt`: which build of the controller gets what begins, where `controller.versioned` is on.
 *
 * @param ownBuild the build that this command is part of
 */
export function createRolloutCommand(ownBuild: () => Promise<string>): Command {
  const command = new Command('rollout').description('which build of the controller gets what begins');
  command
    .command('status')
    .description('the builds that have controllers or open runs, and which one gets what begins')
    .option('--config <file>', 'configuration file')
    .option('--json', 'print JSON')
    .action(async (options: Options) => status(options, await ownBuild()));
  command
    .command('use')
    .description('from now on this build gets what begins, and what is open moves to it where it can')
    .argument(
      '[build]',
      `as "status" prints it; without it, the build of this command; "${UNVERSIONED}" ends versioning`,
    )
    .option('--config <file>', 'configuration file')
    .action(async (build: string | undefined, options: Options) => use(build ?? (await ownBuild()), options));
  command
    .command('adopt')
    .description('the current build takes over the open runs of one that no controller runs any more')
    .argument('<build>', 'whose runs')
    .option('--config <file>', 'configuration file')
    .action(adoptFrom);
  return command;
}

async function status(options: Options, ownBuild: string): Promise<void> {
  await withClient(options, async (client) => {
    const known = await builds(client);
    process.stdout.write(options.json === true ? `${JSON.stringify(known)}\n` : format(known, ownBuild));
  });
}

function format(known: Build[], ownBuild: string): string {
  const rows = known.map((build) => [
    build.isCurrent ? 'current' : '',
    build.id,
    `${build.openRuns} open`,
    build.controllers.join(', ') || 'nobody runs it',
  ]);
  const own = `this command is of build ${ownBuild}`;
  const none = 'no controller with a version: controller.versioned in halcyon.yaml';
  return [...(rows.length === 0 ? [none] : table(rows)), own].map((line) => `${plain(line)}\n`).join('');
}

async function use(build: string, options: Options): Promise<void> {
  await withClient(options, async (client) => {
    if (build === UNVERSIONED) {
      await makeCurrent(client, null);
      return say('controllers without a version get what begins; open runs of builds stay with them');
    }
    await refuseUnlessRun(client, build);
    await makeCurrent(client, build).catch(asUsage);
    await untilRouted(client);
    const told = await tellToMoveOn(client, build);
    say(`build ${build} gets what begins; ${told} open runs of others were told, and move when they can`);
  });
}

async function adoptFrom(from: string, options: Options): Promise<void> {
  await withClient(options, async (client) => {
    const known = await builds(client);
    const source = known.find(({ id }) => id === from);
    const current = known.find(({ isCurrent }) => isCurrent);
    if (current === undefined) throw new UsageError('no build is current: "halcyon rollout use" first');
    if (source === undefined || source.isCurrent)
      throw new UsageError(`build ${from} has no runs to take over; "halcyon rollout status" says which have`);
    const { controllers } = source;
    if (controllers.length > 0)
      throw new UsageError(`${controllers.join(', ')} runs build ${from}: it goes on with its runs; stop it first`);
    const adopted = await adopt(client, { from, to: current.id });
    say(`${adopted} open runs of build ${from} go on under build ${current.id}`);
  });
}

async function refuseUnlessRun(client: Client, build: string): Promise<void> {
  const found = (await builds(client)).find(({ id }) => id === build);
  if (found !== undefined && found.controllers.length > 0) return;
  throw new UsageError(`no controller runs build ${build}: nothing would work; start one, then say it again`);
}

function asUsage(err: unknown): never {
  if (err instanceof UnknownBuild) throw new UsageError(err.message);
  throw err;
}

function say(text: string): void {
  process.stdout.write(`${plain(text)}\n`);
}
