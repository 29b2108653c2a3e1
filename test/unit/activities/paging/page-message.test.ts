import { pageMessage } from '../../../../src/activities/control/paging/page-message';
import type { PageMessage } from '../../../../src/activities/control/paging/page-message';
import { dedupKey } from '../../../../src/activities/control/paging/page-pagerduty';
import { escapeSlack, slackText } from '../../../../src/activities/control/paging/slack-text';
import type { PageKind } from '../../../../src/activities/control/types';
import type { Approval } from '../../../../src/shared/safety/approval';
import type { Subject } from '../../../../src/shared/paging/escalation';
import { entry, question as approval, view as incidentView } from '../../workflows/views';

const SUBJECT: Subject = {
  workflowId: 'incident/KingfisherServiceDown/h1',
  runId: 'r1',
  firing: 1,
  runbook: 'serviceDown',
  alertname: 'KingfisherServiceDown',
  host: 'h1',
  severity: 'critical',
  startsAt: '2026-11-23T03:00:00Z',
  summary: 'KingFisher is down',
  runbookUrl: 'https://runbooks.example/a',
};
const NOW = new Date('2026-11-23T03:10:00Z');
const TIER: PageKind = { kind: 'tier', tier: 1, senior: true, collapsed: false, reason: null };
const team = { name: 'Platform', slackChannel: '#p', pagerdutyService: 'p' };
const links = { uiUrl: 'http://127.0.0.1:8233/', namespace: 'default' };

const question = approval({ askedAt: '2026-11-23T03:01:00.000Z', expiresAt: '2026-11-23T03:31:00.000Z' });

const at = (time: string) => ({ at: `2026-11-23T${time}.000Z`, endedAt: `2026-11-23T${time}.500Z` });
const VIEW = incidentView({
  state: 'waitingForPeople',
  startsAt: SUBJECT.startsAt,
  labels: { instance: 'h1:8201', alertname: 'KingfisherServiceDown', team: 'search' },
  summary: 'KingFisher is down',
  findings: [
    { name: 'LogStale', detail: 'written an hour ago', cite: 'A', at: '2026-11-23T03:00:06.000Z', withdrawnAt: 'x' },
    { name: 'ConfigurationInvalid', detail: 'PORT: no integer', cite: 'A.2', at: '2026-11-23T03:00:20.000Z' },
    { name: 'OutOfMemory', detail: '2 % left', cite: 'A.2', at: '2026-11-23T03:09:30.000Z' },
  ],
  timeline: [
    entry({ ...at('03:00:05'), title: 'Memory and disk', kind: 'look', detail: 'memory 4 GiB' }),
    entry({
      ...at('03:00:05'),
      title: 'Health',
      kind: 'look',
      status: 'notSo',
      detail: '/health refused',
      condition: 'down',
    }),
    entry({ ...at('03:00:08'), status: 'failed', detail: 'it is not running' }),
    entry({
      ...at('03:00:09'),
      title: 'Verify',
      kind: 'verification',
      status: 'notSo',
      condition: 'down',
      detail: 'the service does not run: /health refused',
    }),
    entry({ ...at('03:00:20'), title: 'Check the configuration', kind: 'look', status: 'notSo', detail: 'PORT' }),
  ],
});

function message(page: PageKind = TIER, overrides: Partial<Subject> = {}, view = VIEW, ended: string | null = null) {
  const subject = { ...SUBJECT, ...overrides };
  return pageMessage({ subject, team, page, key: 'k' }, { view, ended }, links, NOW);
}

const linesOf = ({ facts }: PageMessage, name: string) => facts.find((fact) => fact.name === name)?.lines;

it('says what is wrong now, what was changed and what that did, what was found, and what to do', () => {
  expect(message()).toEqual({
    title: 'KingFisher down on h1: configuration invalid (PORT); restart failed; needs you',
    facts: [
      { name: 'Where', lines: ['h1, instance h1:8201'] },
      { name: 'Since', lines: ['2026-11-23 03:00 UTC (10 m ago), by KingfisherServiceDown (critical)'] },
      { name: 'Alert', lines: ['KingFisher is down'] },
      {
        name: 'Changed',
        lines: [
          '03:00:08 Restart KingFisher: FAILED (it is not running); then KingFisher was still down (the service does not run: /health refused)',
        ],
      },
      { name: 'Found', lines: ['03:00:20 ConfigurationInvalid: PORT: no integer', 'OutOfMemory: 2 % left'] },
      { name: 'By hand', lines: ['correct the configuration, then restart KingFisher'], commands: [] },
      { name: 'Why now', lines: ['this is the first call, and a senior engineer should take it'] },
    ],
    asks: ['Take it, so that nobody else is called:'],
    commands: ['halcyon ack incident/KingfisherServiceDown/h1'],
    links: [
      {
        name: 'What Halcyon did',
        url: 'http://127.0.0.1:8233/namespaces/default/workflows/incident%2FKingfisherServiceDown%2Fh1/r1/user-metadata',
      },
      { name: 'Runbook', url: 'https://runbooks.example/a' },
    ],
  });
});

it('asks one thing, with one command that can be pasted, and names who may answer', () => {
  const asked = message({ kind: 'asked', approval: question }, {}, { ...VIEW, approvals: [question] });
  expect(asked.title).toMatch(/; needs your yes or no \(full recovery\)$/);
  expect(asked.commands).toEqual(['halcyon approve incident/KingfisherServiceDown/h1 --hash ab12cd34']);
  expect(asked.asks.join(' ')).toMatch(
    /^Approve the full recovery\? It stops .* agent\.backup\.root .* deletes .*\. anna or bela may answer until 03:31 UTC\./,
  );
  expect(linesOf(asked, 'Because')).toEqual(['/health refused']);

  const tier = message(TIER, {}, { ...VIEW, approvals: [question] });
  expect(tier.commands).toEqual(asked.commands);
  expect(tier.asks).toContain('To take it without an answer: halcyon ack incident/KingfisherServiceDown/h1');
});

it('says that nobody may answer where no person has the role', () => {
  const nobody = { ...question, people: [] };
  const asked = message({ kind: 'asked', approval: nobody }, {}, { ...VIEW, approvals: [nobody] });
  expect(asked.asks[0]).toContain('nobody: approvals.roles in halcyon.yaml names no operator');
});

it('asks for no approval of a run that is gone, and says so before all else', () => {
  const view = { ...VIEW, state: 'waitingForApproval' as const, approvals: [question] };
  const gone = message(TIER, {}, view, "Halcyon's run was cancelled");
  expect(gone.title).toMatch(/^NOTHING AUTOMATIC works on this \(Halcyon's run was cancelled\): KingFisher down/);
  expect(gone.facts[0]).toMatchObject({ name: 'Automation', lines: [expect.stringMatching(/^none: Halcyon's run/)] });
  expect(JSON.stringify(gone)).not.toMatch(/halcyon approve|waiting for an approval/);
  expect(gone.commands).toEqual(['halcyon ack incident/KingfisherServiceDown/h1']);

  const told = pageMessage(
    { subject: SUBJECT, team, page: { ...TIER, ended: "Halcyon's run failed" } as PageKind, key: 'k' },
    { unknown: 'no answer', ended: null },
    links,
    NOW,
  );
  expect(told.title).toMatch(/^NOTHING AUTOMATIC works on this \(Halcyon's run failed\): KingFisher is down/);
});

it('says who started a run and why, and what to do about an agent that is away', () => {
  const view = incidentView({
    runbook: 'emergencyRecovery',
    severity: 'unknown',
    state: 'waitingForAgent',
    startedBy: { who: 'anna', reason: 'images are broken' },
    findings: [{ name: 'AgentUnreachable', detail: 'takes no work', cite: '', at: '2026-11-23T10:00:05.000Z' }],
  });
  const told = message(TIER, {}, view);
  expect(linesOf(told, 'Started')![0]).toMatch(/^by anna, .*: images are broken$/);
  expect(told.facts).toContainEqual({
    name: 'By hand',
    lines: ['on h1: see why its agent does not answer'],
    commands: ['systemctl status halcyon-agent'],
  });
  expect(JSON.stringify(told)).not.toContain('unknown)');
});

it('tells everything of an alert that no runbook knows', () => {
  const view = incidentView({
    runbook: 'unknownAlert',
    alertname: 'NodeDiskFull',
    host: null,
    labels: { alertname: 'NodeDiskFull', instance: 'db-7:9100', team: 'storage', mountpoint: '/data' },
    summary: 'Disk is full',
    description: 'On db-7, /data is 97 % full',
    generatorUrl: 'http://prometheus.example/graph?g0.expr=x',
    truncatedAlerts: 7,
    state: 'waitingForPeople',
  });
  const told = message(TIER, { runbook: 'unknownAlert', host: null }, view);
  expect(told.title).toBe('NodeDiskFull on db-7:9100: Disk is full; no runbook for it; needs you');
  expect(linesOf(told, 'Where')).toEqual(['db-7:9100']);
  expect(linesOf(told, 'Alert')).toEqual(['Disk is full. On db-7, /data is 97 % full']);
  expect(linesOf(told, 'Labels')).toEqual(['team=storage, mountpoint=/data']);
  expect(linesOf(told, 'Changed')).toEqual(['nothing: Halcyon has no runbook for it']);
  expect(linesOf(told, 'Left out')).toEqual(['7 more alerts of this group were left out by Alertmanager']);
  expect(told.links.map(({ name }) => name)).toContain('Prometheus');
});

it('says why it comes now, and that it is late', () => {
  const why = message({ ...TIER, collapsed: true, tier: 2, reason: 'the call before reached nobody' } as PageKind);
  expect(linesOf(why, 'Why now')![0]).toMatch(
    /^this is the second call, .*; the call before reached nobody; it was due earlier/,
  );
});

describe('what a thread hears', () => {
  it.each<[PageKind, string]>([
    [{ kind: 'note', text: 'full recovery approved by anna' }, 'KingFisher on h1: full recovery approved by anna'],
    [
      { kind: 'acknowledged', as: 'anna', until: '2026-11-23T03:45:00.000Z' },
      'KingFisher on h1: anna has it until 03:45 UTC; further pages wait until then',
    ],
    [
      {
        kind: 'closed',
        outcome: 'healed',
        summary: 'Healed on h1: x',
        facts: [{ name: 'Mended by', lines: ['Halcyon'] }],
      },
      'Healed on h1: x',
    ],
    [
      {
        kind: 'closed',
        outcome: 'healed',
        summary: 'Healed on h1: x; down 42 s',
        facts: [{ name: 'Mended by', lines: ['Halcyon'] }],
        isSilent: true,
      },
      'Healed on h1: x; down 42 s; nobody was paged',
    ],
    [{ kind: 'closed', outcome: 'gone', summary: '' }, 'KingFisher on h1: Halcyon no longer watches'],
  ])('%j', (page, title) => {
    expect(message(page).title).toBe(title);
  });
});

it('quotes an id that is no plain word, and leaves out a link that is none', () => {
  const odd = message(TIER, { workflowId: "incident/it's; rm/h1", runbookUrl: 'javascript:alert(1)' });
  expect(odd.commands[0]).toBe("halcyon ack 'incident/it'\\''s; rm/h1'");
  expect(odd.links.map(({ name }) => name)).toEqual(['What Halcyon did']);
});

describe('a note of an open incident', () => {
  const NOTE: PageKind = { kind: 'note', text: 'the answer is no' };
  const TAKE = ['halcyon ack incident/KingfisherServiceDown/h1'];
  const answered = (state: Approval['state']) => ({ ...VIEW, approvals: [{ ...question, state }] });

  it.each(['rejected', 'expired', 'withdrawn'] as const)('asks to take it when a question ended as %s', (state) => {
    expect(message(NOTE, {}, answered(state)).commands).toEqual(TAKE);
  });

  it('asks to take it when nothing automatic works on it any more', () => {
    expect(message(NOTE, {}, answered('asked'), 'cancelled').commands).toEqual(TAKE);
  });

  it.each<[string, Partial<typeof VIEW>]>([
    ['somebody has it', { acknowledged: { as: 'anna', until: '2026-11-23T03:30:00Z' } }],
    ['what was approved is under way', answered('approved')],
    ['a question is open', answered('asked')],
    ['it is over', { outcome: 'healed' }],
  ])('asks for nothing when %s', (_why, more) => {
    expect(message(NOTE, {}, { ...VIEW, ...more }).commands).toEqual([]);
  });
});

describe('in Slack', () => {
  it.each(['<!here>', '@channel', '@here', '<@U123>', '<!subteam^S1>'])('%s mentions nobody', (text) => {
    const shown = JSON.stringify(slackText(message(TIER, {}, { ...VIEW, summary: text, host: text })));
    expect(shown).not.toMatch(/<[!@]/);
    expect(shown).not.toMatch(/@(?:channel|here|everyone)/);
  });

  it('escapes what Slack would obey, in one line', () => {
    expect(escapeSlack('a & b\nc <d> \u202ee')).toBe('a &amp; b c &lt;d&gt; ·e');
  });

  it('keeps its limits, with no entity in halves', () => {
    const { text, blocks } = slackText(
      message(TIER, {}, { ...VIEW, summary: '&'.repeat(5_000), host: '&'.repeat(5_000) }),
    );
    for (const shown of [text, ...blocks.map((block) => block.text.text)]) {
      expect(shown.length).toBeLessThanOrEqual(3_000);
      expect(shown.replaceAll('&amp;', '')).not.toMatch(/&(?!lt;|gt;)/);
    }
  });
});

describe('the dedup_key', () => {
  it('is that of the firing', () => {
    expect(dedupKey(SUBJECT)).toBe('halcyon/incident/KingfisherServiceDown/h1/r1/1');
  });

  it('is at most 255 long, and another for another run or firing', () => {
    const long = (runId: string) => dedupKey({ workflowId: 'x'.repeat(300), runId, firing: 1 });
    expect(long('a')).toHaveLength(255);
    expect(long('a')).not.toBe(long('b'));
    expect(dedupKey({ ...SUBJECT, firing: 2 })).not.toBe(dedupKey(SUBJECT));
  });
});
