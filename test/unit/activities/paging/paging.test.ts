import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { StandInPagerduty } from '../../../../lab/stand-ins/pagerduty';
import { StandInSlack } from '../../../../lab/stand-ins/slack';
import { createPagingActivities } from '../../../../src/activities/control/paging/paging';
import type { PagerSettings } from '../../../../src/activities/control/paging/paging';
import type { PageKind, SlackPageInput } from '../../../../src/activities/control/types';
import type { Subject } from '../../../../src/shared/paging/escalation';
import { question } from '../../../support/escalations';
import { view as incidentView } from '../../workflows/views';

const TOKEN = 'xoxb-canary-slack-token';
const KEY = 'canary0routing0key0of0platform00';

const SUBJECT: Subject = {
  workflowId: 'incident/KingfisherServiceDown/h1',
  runId: '0b0e1a52-7d4b-4d6c-9d59-7d8d4f0f3a11',
  firing: 1,
  runbook: 'serviceDown',
  alertname: 'KingfisherServiceDown',
  host: 'h1',
  severity: 'critical',
  startsAt: new Date(Date.now() - 900_000).toISOString(),
  summary: 'KingFisher on h1 is down',
};
const TIER: PageKind = { kind: 'tier', tier: 1, senior: false, collapsed: false, reason: null };

let slack: StandInSlack;
let pagerduty: StandInPagerduty;
const warned: string[] = [];

beforeEach(async () => {
  warned.length = 0;
  slack = await StandInSlack.start({ tokens: [TOKEN], channels: ['platform-alerts'] });
  pagerduty = await StandInPagerduty.start({ routingKeys: { [KEY]: 'platform-secondary' } });
});
afterEach(async () => {
  await Promise.all([slack.stop(), pagerduty.stop()]);
});

/** An incident that cannot be asked, unless a view is given. */
function client(
  query: () => Promise<unknown> = () => Promise.reject(new Error('away')),
  lastResetTime: object | null = null,
): Client {
  const describe = () => Promise.resolve({ raw: { workflowExtendedInfo: { lastResetTime } } });
  return {
    workflow: { getHandle: () => ({ query, describe }) },
    withDeadline: (_: number, ask: () => Promise<unknown>) => ask(),
  } as unknown as Client;
}

function activities(overrides: Partial<PagerSettings> = {}, asked: Client = client()) {
  return createPagingActivities({
    client: asked,
    pagers: {
      slack: { token: TOKEN, apiUrl: slack.apiUrl },
      pagerduty: { routingKeys: { 'platform-secondary': KEY }, eventsUrl: pagerduty.eventsUrl },
      ...overrides,
    },
    uiUrl: 'http://127.0.0.1:8233',
    namespace: 'default',
    now: () => new Date(),
    logger: { warn: (_, message) => warned.push(message) },
  });
}

function input(page: PageKind = TIER, overrides: Partial<SlackPageInput> = {}): SlackPageInput {
  return {
    subject: SUBJECT,
    team: { name: 'Platform', slackChannel: '#platform-alerts', pagerdutyService: 'platform-secondary' },
    page,
    key: 'run/tier-1/platform/slack',
    threadTs: null,
    ...overrides,
  };
}

const silent = new DefaultLogger('ERROR', () => undefined);
const inAttempt = (attempt: number) =>
  new MockActivityEnvironment(
    { attempt, scheduledTimestampMs: Date.now(), currentAttemptScheduledTimestampMs: Date.now() },
    { logger: silent },
  );

async function toSlack(given = input(), attempt = 1, settings: Partial<PagerSettings> = {}) {
  const posted = await inAttempt(attempt).run(activities(settings).pageSlack, given);
  return posted as { channel: string; ts: string };
}

async function toPagerduty(given = input(), settings: Partial<PagerSettings> = {}) {
  return await inAttempt(1).run(activities(settings).pagePagerduty, given);
}

async function failureOf(call: Promise<unknown>): Promise<ApplicationFailure> {
  const failure = await call.then(
    () => undefined,
    (err: unknown) => err,
  );
  expect(failure).toBeInstanceOf(ApplicationFailure);
  return failure as ApplicationFailure;
}

const final = { type: 'PageNotDelivered', nonRetryable: true };
const passing = { type: 'PageNotYetDelivered', nonRetryable: false };

describe('Slack', () => {
  it('posts to the channel, then into the thread', async () => {
    const { ts } = await toSlack();
    await toSlack(input({ kind: 'note', text: 'the clock goes on' }, { key: 'note', threadTs: ts }));
    await toSlack(input({ ...TIER, tier: 2 }, { key: 'tier2', threadTs: ts }));
    expect(slack.messages.map(({ thread_ts, reply_broadcast }) => [thread_ts, reply_broadcast])).toEqual([
      [undefined, false],
      [ts, false],
      [ts, true],
    ]);
    expect(slack.texts('#platform-alerts')[0]).toContain('`halcyon ack incident/KingfisherServiceDown/h1`');
  });

  it('finds a post that was accepted and not answered, instead of making it twice', async () => {
    slack.faults.next({ kind: 'dropAfterAccept' });
    expect(await failureOf(toSlack())).toMatchObject(passing);
    const { ts } = await toSlack(input(), 2);
    expect(slack.messages.map((message) => message.ts)).toEqual([ts]);
  });

  it('finds it in a thread, and for an activity that tries again', async () => {
    const { ts } = await toSlack();
    const reply = input(TIER, { key: 'second', threadTs: ts });
    slack.faults.next({ kind: 'dropAfterAccept' });
    await failureOf(toSlack(reply));
    await toSlack({ ...reply, repeated: true });
    expect(slack.messages).toHaveLength(2);
  });

  it('finds what it posted before its clock was reset in Temporal UI', async () => {
    await toSlack();
    const reset = activities({}, client(undefined, { seconds: 1 }));
    await inAttempt(1).run(reset.pageSlack, input());
    expect(slack.messages).toHaveLength(1);
  });

  it('posts when an earlier attempt is not to be found, and when it cannot be looked for', async () => {
    await toSlack(input(), 2);
    slack.faults.next({ kind: 'status', status: 500 });
    await toSlack(input(TIER, { key: 'other' }), 2);
    expect(slack.messages).toHaveLength(2);
    expect(warned).toEqual(['Slack cannot be searched for a page']);
  });

  it('answers a page of which nobody knew in its thread, and says nothing where it was not posted', async () => {
    const closed = input({ kind: 'closed', outcome: 'healed', summary: '' }, { key: 'closed' });
    expect(await toSlack({ ...closed, ifPosted: 'run/tier-1/platform/slack' })).toMatchObject({ ts: '' });
    expect(slack.messages).toEqual([]);
    const { ts } = await toSlack();
    await toSlack({ ...closed, ifPosted: 'run/tier-1/platform/slack' });
    expect(slack.messages[1]!.thread_ts).toBe(ts);
  });

  it('waits as long as a 429 says', async () => {
    slack.faults.next({ kind: 'rateLimited', retryAfterSeconds: 37 });
    const failure = await failureOf(toSlack());
    expect(failure).toMatchObject({ ...passing, nextRetryDelay: 37_000 });
  });

  it.each([500, 503])('tries again after %d', async (status) => {
    slack.faults.next({ kind: 'status', status });
    expect(await failureOf(toSlack())).toMatchObject(passing);
  });

  it('tries again when nobody answers in time, and when nobody is there', async () => {
    slack.faults.next({ kind: 'hang' });
    expect(await failureOf(toSlack())).toMatchObject(passing);
    await slack.stop();
    expect(await failureOf(toSlack())).toMatchObject(passing);
  });

  it.each([
    ['a wrong token', { token: 'xoxb-wrong' }, 'invalid_auth'],
    ['no token', { token: null }, 'pagers.slack.token'],
  ])('%s is final and names the remedy', async (_, { token }, said) => {
    const failure = await failureOf(toSlack(input(), 1, { slack: { token, apiUrl: slack.apiUrl } }));
    expect(failure).toMatchObject(final);
    expect(failure.message).toContain(said);
  });

  it('an unknown channel is final', async () => {
    const team = { name: 'X', slackChannel: '#nowhere', pagerdutyService: null };
    const failure = await failureOf(toSlack(input(TIER, { team })));
    expect(failure).toMatchObject(final);
    expect(failure.message).toContain('#nowhere: channel_not_found');
  });
});

describe('PagerDuty', () => {
  it('triggers once, acknowledges and resolves by one key', async () => {
    await toPagerduty();
    await toPagerduty();
    expect(pagerduty.incidents).toMatchObject([{ status: 'triggered', service: 'platform-secondary' }]);
    await toPagerduty(input({ kind: 'acknowledged', as: 'anna', until: SUBJECT.startsAt }));
    expect(pagerduty.incidents).toMatchObject([{ status: 'acknowledged' }]);
    await toPagerduty(input({ kind: 'closed', outcome: 'healed', summary: '' }));
    expect(pagerduty.incidents).toMatchObject([{ status: 'resolved' }]);
  });

  it.each([
    ['critical', 'high', 'critical'],
    ['critical', 'low', 'warning'],
    ['warning', 'low', 'warning'],
    ['info', 'low', 'info'],
    ['warning', 'high', 'error'],
    ['unknown', 'high', 'error'],
  ] as const)('calls for a %s of %s urgency as %s', async (severity, urgency, expected) => {
    await toPagerduty(input({ ...TIER, urgency }, { subject: { ...SUBJECT, severity } }));
    expect(pagerduty.events).toMatchObject([{ payload: { severity: expected } }]);
  });

  it('is one incident for a question and the tier that follows', async () => {
    await toPagerduty(input({ kind: 'asked', approval: question(Date.parse(SUBJECT.startsAt)) }));
    await toPagerduty();
    expect(pagerduty.events.map(({ event_action }) => event_action)).toEqual(['trigger', 'trigger']);
    expect(pagerduty.incidents).toHaveLength(1);
  });

  it('says nothing for a run that is gone', async () => {
    await toPagerduty(input({ kind: 'closed', outcome: 'gone', summary: '' }));
    expect(pagerduty.events).toEqual([]);
  });

  it('adds a note to the incident that is there, at low urgency', async () => {
    await toPagerduty();
    await toPagerduty(input({ kind: 'note', text: 'full recovery approved by anna; Halcyon begins' }));
    expect(pagerduty.incidents).toHaveLength(1);
    expect(pagerduty.events[1]).toMatchObject({
      event_action: 'trigger',
      dedup_key: pagerduty.events[0]!.dedup_key,
      payload: { summary: 'KingFisher on h1: full recovery approved by anna; Halcyon begins', severity: 'warning' },
    });
  });

  it('is one incident when the answer to the first attempt was lost', async () => {
    pagerduty.faults.next({ kind: 'dropAfterAccept' });
    expect(await failureOf(toPagerduty())).toMatchObject(passing);
    await toPagerduty();
    expect(pagerduty.incidents).toHaveLength(1);
  });

  it('waits as long as a 429 says', async () => {
    pagerduty.faults.next({ kind: 'rateLimited', retryAfterSeconds: 12 });
    expect(await failureOf(toPagerduty())).toMatchObject({ ...passing, nextRetryDelay: 12_000 });
  });

  it('tries again after 500, when nobody answers in time, and when nobody is there', async () => {
    pagerduty.faults.next({ kind: 'status', status: 500 });
    expect(await failureOf(toPagerduty())).toMatchObject(passing);
    pagerduty.faults.next({ kind: 'hang' });
    expect(await failureOf(toPagerduty())).toMatchObject(passing);
    await pagerduty.stop();
    expect(await failureOf(toPagerduty())).toMatchObject(passing);
  });

  it.each([
    ['a wrong key', { 'platform-secondary': 'canary-wrong-key' }, 'refuses platform-secondary (400)'],
    ['no key', {}, 'pagers.pagerduty.routingKeys'],
  ])('%s is final', async (_, routingKeys, said) => {
    const failure = await failureOf(
      toPagerduty(input(), { pagerduty: { routingKeys, eventsUrl: pagerduty.eventsUrl } }),
    );
    expect(failure).toMatchObject(final);
    expect(failure.message).toContain(said);
  });
});

describe('secrets', () => {
  it('are in no message and no error, though labels and answers hold them', async () => {
    const leaky = { ...SUBJECT, summary: `down ${TOKEN} ${KEY} postgresql://u:hunter2@h/db` };
    await toSlack(input(TIER, { subject: leaky }));
    await toPagerduty(input(TIER, { subject: leaky }));
    const event = pagerduty.events.map(({ routing_key: _, ...rest }) => rest);
    const failures = await Promise.all([
      failureOf(
        toSlack(input(TIER, { subject: leaky, team: { name: 'X', slackChannel: '#x', pagerdutyService: null } })),
      ),
      failureOf(toSlack(input(), 1, { slack: { token: `${TOKEN}-wrong`, apiUrl: slack.apiUrl } })),
      failureOf(
        toPagerduty(input(), {
          pagerduty: { routingKeys: { 'platform-secondary': `${KEY}x` }, eventsUrl: pagerduty.eventsUrl },
        }),
      ),
    ]);
    const all = JSON.stringify([slack.messages, event, failures.map((one) => [one.message, one.stack, one.cause])]);
    expect(all).not.toMatch(/canary|hunter2/);
    expect(all).toContain('down ***');
  });
});

describe('what the incident knows', () => {
  const view = incidentView({ state: 'waitingForApproval' });

  /** Runs of one workflow id, the newest last. */
  function temporal(runs: { runId: string; status: string; firstRunId: string }[]): Client {
    const find = (runId?: string) => runs.find((run) => run.runId === runId) ?? runs.at(-1)!;
    const getHandle = (_: string, runId?: string) => ({
      describe: async () => {
        const { status, firstRunId, ...run } = find(runId);
        return { ...run, status: { name: status }, raw: { workflowExecutionInfo: { firstRunId } } };
      },
      query: async () => ({ ...view, summary: `seen by ${find(runId).runId}` }),
    });
    return { ...client(), workflow: { getHandle } } as unknown as Client;
  }

  const { runId } = SUBJECT;
  const pageWith = async (runs: Parameters<typeof temporal>[0]) => {
    await inAttempt(1).run(activities({}, temporal(runs)).pageSlack, input());
    return slack.texts('platform-alerts').at(-1)!;
  };

  it.each([
    ['CANCELLED', 'was cancelled'],
    ['TERMINATED', 'was terminated'],
    ['FAILED', 'failed'],
  ])('takes a run that is %s for gone, whatever its view last said', async (status, words) => {
    const text = await pageWith([{ runId, status, firstRunId: runId }]);
    expect(text).toMatch(new RegExp(`^\\*NOTHING AUTOMATIC works on this \\(Halcyon's run ${words}\\): KingFisher`));
    expect(text).not.toContain('halcyon approve');
  });

  it('asks the newest of the runs that an incident continued as', async () => {
    const first = { runId, status: 'CONTINUED_AS_NEW', firstRunId: runId };
    expect(await pageWith([first, { runId: 'r2', status: 'RUNNING', firstRunId: runId }])).toContain('seen by r2');
    expect(await pageWith([first, { runId: 'r2', status: 'CANCELLED', firstRunId: runId }])).toContain(
      'NOTHING AUTOMATIC',
    );
    expect(await pageWith([first, { runId: 'r9', status: 'CANCELLED', firstRunId: 'r8' }])).toContain(
      `seen by ${runId}`,
    );
  });

  it('says so when it cannot be asked, and pages all the same', async () => {
    await toSlack();
    expect(slack.texts('platform-alerts')[0]).toContain('could not be asked what it did');
  });
});
