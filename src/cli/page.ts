import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { Command, Option } from 'commander';
import type { Config } from '../config';
import { parseDuration } from '../shared/text/durations';
import { CHANNEL_NAMES } from '../shared/paging/escalation';
import type { PageChannel, PagedTeam, Urgency } from '../shared/paging/escalation';
import { teamOf } from '../shared/paging/escalation-team';
import { CONTROLLER_TASK_QUEUE } from '../shared/task-queues';
import { TEST_PAGE_PREFIX } from '../shared/paging/test-page';
import type { TestPageInput, TestPageResult, TestTarget } from '../shared/paging/test-page';
import { withClient } from './support/connect';
import { isSilence } from './support/controller';
import { asOption, whoAmI } from './support/people';
import { WORKFLOWS, pollersOf } from './support/pollers';
import { plain } from './incident/print-timeline';
import { table } from './support/table';
import { UsageError } from './support/usage';

export interface TestPageOptions {
  test?: boolean;
  tier?: string;
  channel?: PageChannel;
  urgency: Urgency;
  openFor: string;
  as?: string;
  config?: string;
  json?: boolean;
}

/** Longer than the tries of the workflow, and of its resolving, take together. */
const ANSWER_MS = 250_000;
const LONGEST_OPEN_MS = 3_600_000;

const MORE = `
The controller sends it, by its own tokens and keys and the way that real pages take, so it can be asked from anywhere.
Each line says whether Slack or PagerDuty accepted it, or the reason and what to do. Whether a person hears it, only a
person can say: to let phones ring, "--urgency high --open-for 2m" and ask those on duty.

Exit codes: 0 all accepted, 1 one was not, or no controller works, 2 wrong usage, 3 Temporal unreachable.

Examples:
  halcyon page --test                                    every team, Slack and PagerDuty
  halcyon page --test --tier 1 --channel pagerduty       those on duty now
  halcyon page --test --tier 3 --urgency high --open-for 2m`;

/** `halcyon page --test`: one marked page by each way to the teams, and what became of it; exit code 1 when one failed. */
export function createPageCommand(): Command {
  const command = new Command('page')
    .description('send a test page to the teams, and say who accepted it')
    .option('--test', 'what it is: a page that says that nothing is wrong (required; real pages come from incidents)')
    .option('--tier <number>', 'only the team that this tier of escalation.tiers would page now (default: every team)')
    .addOption(new Option('--channel <name>', 'only by this way').choices(['slack', 'pagerduty']))
    .addOption(
      new Option('--urgency <word>', 'low: PagerDuty need not ring (severity info); high: it rings (critical)')
        .choices(['low', 'high'])
        .default('low'),
    )
    .option('--open-for <duration>', "how long PagerDuty's incident stays open before it is resolved again", '0s')
    .option('--config <file>', 'configuration file')
    .option('--json', 'one JSON object per line');
  return asOption(command).addHelpText('after', MORE).action(page);
}

async function page(options: TestPageOptions): Promise<void> {
  if (options.test !== true) throw new UsageError('--test is missing: only test pages are sent by hand');
  const by = whoAmI(options.as);
  const openForMs = openForOf(options.openFor);
  await withClient(options, async (client, config) => {
    const targets = targetsOf(config.escalation, options, Date.now());
    if ((await pollersOf(client, CONTROLLER_TASK_QUEUE, WORKFLOWS)).length === 0) {
      throw new Error('no controller asks for work, so no page can leave: systemctl status halcyon-controller');
    }
    const results = await send(client, { by, targets, urgency: options.urgency, openForMs });
    const lines = options.json === true ? results.map((result) => JSON.stringify(result)) : format(results);
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    if (results.some(({ accepted, resolved }) => !accepted || resolved === false)) process.exitCode = 1;
  });
}

async function send(client: Client, input: TestPageInput): Promise<TestPageResult[]> {
  const handle = await client.workflow.start('testPage', {
    workflowId: `${TEST_PAGE_PREFIX}${randomUUID()}`,
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [input],
    staticSummary: `Test page of ${input.by}`,
  });
  try {
    const deadline = Date.now() + ANSWER_MS + input.openForMs;
    return await client.connection.withDeadline(deadline, () => handle.result() as Promise<TestPageResult[]>);
  } catch (err) {
    if (!isSilence(err)) throw err;
    throw new Error(`no answer yet: look at ${handle.workflowId} in Temporal UI`, { cause: err });
  }
}

/**
 * The ways to try: of every team, or of the one that a tier would page at this moment.
 *
 * @throws UsageError where there is none
 */
export function targetsOf(
  escalation: Pick<Config['escalation'], 'teams' | 'duty' | 'tiers'>,
  { tier, channel }: Pick<TestPageOptions, 'tier' | 'channel'>,
  now: number,
): TestTarget[] {
  const teams = tier === undefined ? Object.values(escalation.teams) : [tierTeam(escalation, tier, now)];
  const all = teams.flatMap((team): TestTarget[] => [
    ...(team.slackChannel === null ? [] : [{ team, channel: 'slack' as const }]),
    ...(team.pagerdutyService === null ? [] : [{ team, channel: 'pagerduty' as const }]),
  ]);
  const targets = all.filter((target) => channel === undefined || target.channel === channel);
  if (targets.length > 0) return targets;
  const whose = tier === undefined ? 'no team has' : `${teams[0]!.name} (tier ${tier}) has no`;
  throw new UsageError(
    `--channel: ${whose} ${channel === undefined ? 'channel' : CHANNEL_NAMES[channel]} in escalation.teams`,
  );
}

function tierTeam(
  escalation: Pick<Config['escalation'], 'teams' | 'duty' | 'tiers'>,
  text: string,
  now: number,
): PagedTeam {
  const { tiers } = escalation;
  const tier = /^\d+$/.test(text) ? tiers[Number(text) - 1] : undefined;
  if (tier === undefined) throw new UsageError(`--tier: expected a number from 1 to ${tiers.length}, got "${text}"`);
  const first = teamOf(escalation, tiers[0]!.notify, now, null).key;
  return teamOf(escalation, tier.notify, now, tier === tiers[0] ? null : first).team;
}

function openForOf(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 0 && ms <= LONGEST_OPEN_MS) return ms;
  throw new UsageError(`--open-for: expected a duration up to 1h such as "2m", got "${text}"`);
}

/** Lines for a terminal. */
export function format(results: TestPageResult[]): string[] {
  const rows = results.map(({ team, channel, accepted, resolved, detail }) => [
    accepted && resolved !== false ? 'ok' : 'FAILED',
    team.name,
    CHANNEL_NAMES[channel],
    accepted ? `accepted ${detail}` : `not accepted: ${detail}`,
  ]);
  return table(rows).map(plain);
}
