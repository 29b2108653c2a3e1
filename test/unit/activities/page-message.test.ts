import { pageMessage } from '../../../src/activities/control/page-message';
import { dedupKey } from '../../../src/activities/control/page-pagerduty';
import { escapeSlack, slackText } from '../../../src/activities/control/slack-text';
import type { PageKind } from '../../../src/activities/control/types';
import type { Subject } from '../../../src/shared/escalation';
import type { IncidentView } from '../../../src/shared/incident';

const SUBJECT: Subject = {
  workflowId: 'incident/KingfisherServiceDown/h1',
  runId: 'r1',
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

const view = {
  state: 'waitingForPeople',
  findings: [{ name: 'DependencyDown', detail: 'Redis refuses', cite: 'A.2', at: '' }],
  timeline: [
    { at: '', cite: '', title: 'Alert fires', status: 'note', detail: '' },
    { at: '', cite: 'A.1', title: 'Restart KingFisher', status: 'done', detail: 'failed → active' },
    { at: '', cite: 'A.2', title: 'Restart Redis', status: 'failed', detail: 'masked' },
  ],
  acknowledged: null,
  approvals: [{ hash: 'ab12cd34', state: 'asked' }],
} as unknown as IncidentView;

function message(page: PageKind = TIER, overrides: Partial<Subject> = {}) {
  const subject = { ...SUBJECT, ...overrides };
  return pageMessage({ subject, team, page, key: 'k' }, { view }, links, NOW);
}

it('says at a glance what, where, since when, what was found and done, and what to do', () => {
  expect(message()).toEqual({
    title: '[critical] KingFisher is down on h1 (tier 1, senior)',
    facts: [
      { name: 'Wrong', text: 'KingFisher is down' },
      { name: 'Where', text: 'h1 (KingfisherServiceDown, critical)' },
      { name: 'Since', text: '2026-11-23 03:00 UTC (10 m ago)' },
      { name: 'Halcyon is', text: 'out of remedies: it only watches' },
      { name: 'Found', text: 'DependencyDown: Redis refuses' },
      { name: 'Did', text: 'Restart KingFisher: failed → active; Restart Redis FAILED: masked' },
    ],
    asks: ['A senior engineer takes it. Acknowledge:'],
    commands: [
      'halcyon ack incident/KingfisherServiceDown/h1 --as <you>',
      'halcyon approve incident/KingfisherServiceDown/h1 --as <you> --hash ab12cd34',
    ],
    links: [
      {
        name: 'Temporal UI',
        url: 'http://127.0.0.1:8233/namespaces/default/workflows/incident%2FKingfisherServiceDown%2Fh1/r1',
      },
      { name: 'Runbook', url: 'https://runbooks.example/a' },
    ],
  });
});

it('says why it comes now, and that it is late', () => {
  const why = message({ ...TIER, collapsed: true, reason: 'Tier 1 could not be delivered' } as PageKind).facts;
  expect(why.find(({ name }) => name === 'Why now')?.text).toMatch(
    /^Tier 1 could not be delivered\. This tier was due/,
  );
});

it('quotes an id that is no plain word, and leaves out a link that is none', () => {
  const odd = message(TIER, { workflowId: "incident/it's; rm/h1", runbookUrl: 'javascript:alert(1)' });
  expect(odd.commands[0]).toBe("halcyon ack 'incident/it'\\''s; rm/h1' --as <you>");
  expect(odd.links.map(({ name }) => name)).toEqual(['Temporal UI']);
});

describe('in Slack', () => {
  it.each(['<!here>', '@channel', '@here', '<@U123>', '<!subteam^S1>'])('%s mentions nobody', (text) => {
    const shown = JSON.stringify(slackText(message(TIER, { summary: text })));
    expect(shown).not.toMatch(/<[!@]/);
    expect(shown).not.toMatch(/@(?:channel|here|everyone)/);
  });

  it('escapes what Slack would obey, in one line', () => {
    expect(escapeSlack('a & b\nc <d> \u202ee')).toBe('a &amp; b c &lt;d&gt; ·e');
  });

  it('keeps its limits, with no entity in halves', () => {
    const { text, blocks } = slackText(message(TIER, { summary: '&'.repeat(5_000) }));
    for (const shown of [text, ...blocks.map((block) => block.text.text)]) {
      expect(shown.length).toBeLessThanOrEqual(3_000);
      expect(shown.replaceAll('&amp;', '')).not.toMatch(/&(?!lt;|gt;)/);
    }
  });
});

describe('the dedup_key', () => {
  it('is that of the run', () => {
    expect(dedupKey(SUBJECT)).toBe('halcyon/incident/KingfisherServiceDown/h1/r1');
  });

  it('is at most 255 long, and another for another run', () => {
    const long = (runId: string) => dedupKey({ workflowId: 'x'.repeat(300), runId });
    expect(long('a')).toHaveLength(255);
    expect(long('a')).not.toBe(long('b'));
  });
});
