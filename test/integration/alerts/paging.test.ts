import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../../../lab/stack';
import type { Stack } from '../../../lab/stack';
import type { SlackMessage } from '../../../lab/stand-ins/slack';
import { requireBuild } from '../../support/build';
import { halcyon } from '../../support/command-line';
import { post } from '../../support/sites/intake-process';
import { StandInPagers } from '../../../lab/stand-ins/pagers';
import { waitFor } from '../../support/wait-for';
import { webhookMessage } from '../../support/alerts/webhook';

/** An alert of a host without an agent: nothing can be done, and people are paged at once. */
const HOST = 'h1';
const ID = `incident/KingfisherServiceDown/${HOST}`;

let folder: string;
let pagers: StandInPagers;
let stack: Stack;

beforeAll(async () => {
  requireBuild();
  folder = await mkdtemp(join(tmpdir(), 'halcyon-paging-'));
  pagers = await StandInPagers.start();
  stack = await startStack({
    directory: folder,
    hosts: { [HOST]: { instances: [], services: [] } },
    runbooks: { serviceDown: { agentWithin: '1s' } },
    sections: pagers.sections('10m', '11m', '1h'),
    env: pagers.env,
  });
});
afterAll(async () => {
  await stack?.stop();
  await pagers?.stop();
  await rm(folder, { recursive: true, force: true });
});

const textOf = ({ text, blocks }: SlackMessage): string =>
  [text, ...blocks.map((block) => block.text?.text ?? '')].join('\n');
const threads = (): SlackMessage[] => pagers.slack.messages.filter((message) => message.thread_ts === undefined);
const thread = (): string =>
  pagers.slack.messages
    .filter((message) => message.thread_ts !== undefined)
    .map(textOf)
    .join('\n');

const config = (): string[] => ['--config', stack.configFile];

it('rings once per team although Slack and PagerDuty fail in every way; an acknowledgement, though no controller runs, and the end reach them', async () => {
  const { slack, pagerduty } = pagers;
  slack.faults.next({ kind: 'rateLimited', retryAfterSeconds: 1 });
  slack.faults.next({ kind: 'status', status: 500 });
  slack.faults.next({ kind: 'hang' });
  slack.faults.next({ kind: 'dropAfterAccept' });
  pagerduty.faults.next({ kind: 'status', status: 500 });
  pagerduty.faults.next({ kind: 'rateLimited', retryAfterSeconds: 1 });
  pagerduty.faults.next({ kind: 'dropAfterAccept' });
  pagerduty.faults.next({ kind: 'hang' });

  const { status } = await post(
    stack,
    webhookMessage({ status: 'firing', startsAt: new Date().toISOString(), labels: { instance: `${HOST}:8201` } }),
  );
  expect(status).toBe(200);
  await waitFor(() => threads().length > 0 && pagerduty.incidents.length > 0, {
    what: 'the first tier',
    deadlineMs: 60_000,
  });
  const isShown = async () => {
    const shown = await halcyon(['escalation', 'show', ID, ...config()]);
    if (shown.code !== 0) throw new Error(shown.stderr);
    return shown.stdout.match(/tier 1 .*: delivered/g)?.length === 2;
  };
  await waitFor(isShown, { what: 'the page in the record', deadlineMs: 60_000 });

  await stack.controller.stop();
  const acknowledged = await halcyon(['ack', ID, '--as', 'anna', '--for', '20m', ...config()]);
  expect(acknowledged).toMatchObject({ code: 0, stderr: '' });
  expect(acknowledged.stdout).toContain(`${ID}: acknowledged by anna until `);
  expect(acknowledged.stdout).toContain('no controller answers: kept, it counts as soon as a controller runs');
  await stack.controller.start();
  await waitFor(() => thread().includes('anna') && pagerduty.incidents[0]!.status === 'acknowledged', {
    what: 'the acknowledgement in Slack and PagerDuty',
    deadlineMs: 60_000,
  });

  const isKnown = async () =>
    (await halcyon(['incident', 'show', ID, ...config()])).stdout.includes('Acknowledged by anna');
  await waitFor(isKnown, { what: 'the acknowledgement in the incident', deadlineMs: 30_000 });

  const closed = await halcyon(['incident', 'close', ID, '--as', 'anna', '--reason', 'host is gone', ...config()]);
  expect(closed).toMatchObject({ code: 0, stderr: '' });
  await waitFor(() => thread().includes('anna: host is gone') && pagerduty.incidents[0]!.status === 'resolved', {
    what: 'the end in Slack and PagerDuty',
    deadlineMs: 60_000,
  });
  expect(thread()).toContain(`Closed by anna without being seen well on ${HOST}`);
  expect(slack.faults.take()).toBeNull();
  expect(pagerduty.faults.take()).toBeNull();

  expect(threads()).toHaveLength(1);
  const [opened] = threads();
  for (const part of [HOST, 'AgentUnreachable', `halcyon ack ${ID}`]) {
    expect(textOf(opened!)).toContain(part);
  }
  expect(pagerduty.incidents).toHaveLength(1);
  expect(new Set(pagerduty.events.map((event) => event.dedup_key)).size).toBe(1);
}, 240_000);
