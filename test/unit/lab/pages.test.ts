import { scenesAsHtml } from '../../../lab/pages/html';
import type { PlayedPage } from '../../../lab/pages/played';
import { asRead } from '../../../lab/pages/recorder';
import { formatScene, rowsOf, wrap } from '../../../lab/pages/side-by-side';

function page(overrides: Partial<PlayedPage> = {}): PlayedPage {
  return {
    afterMs: 600_000,
    team: 'Platform',
    channel: 'slack',
    to: '#platform-alerts',
    kind: 'tier',
    isReply: false,
    title: 'KingFisher down on h1: killed (signal); restart failed; needs you',
    lines: ['Where: h1', 'halcyon ack incident/KingfisherServiceDown/h1'],
    ...overrides,
  };
}
const scene = (...pages: PlayedPage[]) => ({ name: 'masked', story: 'It is <masked>.', outcome: 'open', pages });

describe('pages side by side', () => {
  it('puts one message over two channels into one row, and others below it', () => {
    const pagerduty = page({ channel: 'pagerduty', afterMs: 601_000 });
    const other = page({ channel: 'pagerduty', team: 'Trading AI' });
    const rows = rowsOf([page(), pagerduty, other, page({ kind: 'note', afterMs: 700_000 })]);
    expect(rows.map((row) => [row.slack.length, row.pagerduty.length])).toEqual([
      [1, 1],
      [0, 1],
      [1, 0],
    ]);
  });

  it('fits the terminal, and keeps commands in one piece', () => {
    const text = formatScene(scene(page(), page({ channel: 'pagerduty' })), 120);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    expect(text).toContain('+10 m  #platform-alerts (Platform)');
    expect(text).toMatch(/halcyon ack incident\/KingfisherServiceDown\/h1 +│ +halcyon ack/);
  });

  it('wraps at spaces, and cuts only a word that is too long', () => {
    expect(wrap('a bb ccc', 4)).toEqual(['a bb', 'ccc']);
    expect(wrap('abcdefgh ij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrap('', 4)).toEqual(['']);
  });

  it('reads Slack’s mrkdwn as a person sees it', () => {
    expect(asRead('*Where:* a &amp; b &lt;c&gt; \u2060*\u2060 `halcyon ack x`\n<https://x.example/a|Runbook>')).toBe(
      'Where: a & b <c> * halcyon ack x\nRunbook: https://x.example/a',
    );
  });
});

it('writes HTML in which no page’s text is markup', () => {
  const html = scenesAsHtml([scene(page({ title: '<script>alert(1)</script>' }))]);
  expect(html).not.toContain('<script>');
  expect(html).toContain('It is &lt;masked&gt;. It ended: open.');
});
