import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { CONTROLLER_TASK_QUEUE, hostTaskQueue } from '../../shared/task-queues';
import { TOPICS, TOPIC_NAMES, isTopic } from '../../shared/topics/topics';
import type { TopicName } from '../../shared/topics/topics';
import { withClient } from '../support/connect';
import { refuseUnknownHost } from '../support/hosts';
import { print } from '../support/output';
import { asOption, whoAmI } from '../support/people';
import { ACTIVITIES, WORKFLOWS, pollersOf } from '../support/pollers';
import { UsageError } from '../support/usage';
import { untilInterrupted } from './ask';
import type { Question, UntilLeft } from './ask';
import { followLogs } from './follow-logs';
import { askOnce } from './once';
import { showRounds } from './rounds';
import { listTopics } from './topic-list';

export interface CommandsOptions {
  host?: string;
  follow?: boolean;
  lines?: string;
  match?: string;
  as?: string;
  config?: string;
  json?: boolean;
}

const LINES_AT_MOST = 1_000;
const MATCH_CHARACTERS = 200;

const MORE = `
Without a topic it lists them. Everything is asked through the agent of the host, and only looks: nothing is changed, Redis is
asked by INFO and a bounded SCAN, and secrets are masked on the host. Which topics a host answers is agent.commands in its
configuration. Each part that cannot be read says why, and the others are shown.

Exit codes: 0 all of it was read, 1 a part was not, the host refuses, or its agent is away, 2 wrong usage,
3 Temporal unreachable.

Examples:
  halcyon commands                                       the topics, and which commands each stands for
  halcyon commands service --host h1                     systemctl status, /health and /ready
  halcyon commands logs --host h1 --follow               the log and the journal, as they are written; Ctrl-C leaves
  halcyon commands logs --host h1 --lines 200 --match ERROR
  halcyon commands metrics --host h1 --match failures
  halcyon commands performance --host h1                 five rounds of a second, as "iostat -x 1 5"
  halcyon commands queues --host h1 --json | jq '.answer.queues'`;

/** `halcyon commands [topic]`: the document's "Useful Commands Reference", listed, or asked of a host. */
export function createCommandsCommand(untilLeft: UntilLeft = untilInterrupted): Command {
  const command = new Command('commands')
    .description('look at a host: service, logs, metrics, database, Redis, queues, processes, performance')
    .argument('[topic]', `one of: ${TOPIC_NAMES.join(', ')}`)
    .option('--host <host>', 'host as named in halcyon.yaml')
    .option('-f, --follow', 'logs, performance: go on until Ctrl-C')
    .option('-n, --lines <number>', `logs: so many lines, at most ${LINES_AT_MOST} (default: 50)`)
    .option('--match <text>', 'logs, metrics, redis: only what contains this text')
    .option('--config <file>', 'configuration file')
    .option('--json', 'one JSON object per line');
  return asOption(command)
    .addHelpText('after', MORE)
    .action(async (topic: string | undefined, options: CommandsOptions) => {
      if (topic === undefined) return print(listTopics(options.json === true));
      await run(topic, options, untilLeft);
    });
}

async function run(topic: string, options: CommandsOptions, untilLeft: UntilLeft): Promise<void> {
  if (!isTopic(topic)) {
    throw new UsageError(`there is no topic "${topic}"; "halcyon commands" lists them: ${TOPIC_NAMES.join(', ')}`);
  }
  const { host } = options;
  if (host === undefined) throw new UsageError('--host is missing: say which host is asked');
  refuseUseless(topic, options);
  const question: Question = { topic, host, by: whoAmI(options.as), ...linesOf(options), ...matchOf(options) };
  await withClient(options, async (client, config, file) => {
    refuseUnknownHost(host, config, file);
    await refuseAlone(client, host);
    const how = { json: options.json === true, follow: options.follow === true, untilLeft };
    if (topic === 'performance') await showRounds(client, question, how);
    else if (topic === 'logs' && how.follow) await followLogs(client, question, how);
    else await askOnce(client, question, how);
  });
}

/** What a topic would not heed is no way to ask it. */
function refuseUseless(topic: TopicName, { follow, lines, match }: CommandsOptions): void {
  const those = (can: (name: TopicName) => boolean) => TOPIC_NAMES.filter(can).join(', ');
  if (follow === true && !TOPICS[topic].canBeFollowed) {
    throw new UsageError(`--follow: only for ${those((name) => TOPICS[name].canBeFollowed)}`);
  }
  if (match !== undefined && !TOPICS[topic].canBeNarrowed) {
    throw new UsageError(`--match: only for ${those((name) => TOPICS[name].canBeNarrowed)}`);
  }
  if (lines !== undefined && topic !== 'logs') throw new UsageError('--lines: only for logs');
}

function linesOf({ lines }: CommandsOptions): { lines?: number } {
  if (lines === undefined) return {};
  if (/^\d+$/.test(lines) && Number(lines) >= 1 && Number(lines) <= LINES_AT_MOST) return { lines: Number(lines) };
  throw new UsageError(`--lines: expected a number from 1 to ${LINES_AT_MOST}, got "${lines}"`);
}

function matchOf({ match }: CommandsOptions): { match?: string } {
  if (match === undefined) return {};
  if (match !== '' && match.length <= MATCH_CHARACTERS) return { match };
  throw new UsageError(`--match: expected a text of at most ${MATCH_CHARACTERS} characters`);
}

/** Within a moment, in place of a question that nobody takes. */
async function refuseAlone(client: Client, host: string): Promise<void> {
  const [controllers, agents] = await Promise.all([
    pollersOf(client, CONTROLLER_TASK_QUEUE, WORKFLOWS),
    pollersOf(client, hostTaskQueue(host), ACTIVITIES),
  ]);
  if (controllers.length === 0) {
    throw new Error('no controller asks for work, so nobody can ask the host: systemctl status halcyon-controller');
  }
  if (agents.length === 0) {
    throw new Error(`the agent of ${host} asks for no work: is the host up? systemctl status halcyon-agent there`);
  }
}
