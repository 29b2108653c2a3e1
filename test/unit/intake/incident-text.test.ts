import type { Route } from '../../../src/alerts/routing';
import { incidentSearchAttributes, staticDetails, staticSummary } from '../../../src/intake/incident-text';
import { alert } from '../../support/incidents';

const ROUTE: Route = { runbook: 'serviceDown', host: 'h1', workflowId: 'incident/A/h1' };
const UNKNOWN: Route = { runbook: 'unknownAlert', host: null, workflowId: 'incident/A/unknown', note: 'no | runbook' };
const STARTS = '2026-11-23T10:00:00.123Z';
/** Takes the most bytes for its length: three for a character, four for an emoji, six for an escaped control. */
const HUGE = ['鱼', '"', '\\', '\u{1f525}', '|', '&', '\u0007'].map((text) => text.repeat(30_000));

function bytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

describe('staticSummary', () => {
  it('says what, where, since', () => {
    expect(staticSummary(alert({ startsAt: STARTS }), ROUTE)).toBe(
      'KingFisher on h1 is down — h1 since 2026-11-23T10:00:00Z',
    );
  });

  it('does without a summary, a name and a host', () => {
    const bare = alert({ startsAt: STARTS, alertname: '', annotations: {} });
    expect(staticSummary(bare, UNKNOWN)).toBe('alert without a name — unknown host since 2026-11-23T10:00:00Z');
  });

  it.each(HUGE)('%#: stays within 400 bytes on one line, and keeps where and since', (summary) => {
    const text = staticSummary(alert({ startsAt: STARTS, annotations: { summary: `a\n${summary}` } }), ROUTE);
    expect(bytes(text)).toBeLessThanOrEqual(400);
    expect(text).not.toMatch(/[\r\n]/);
    expect(text).toMatch(/… — h1 since 2026-11-23T10:00:00Z$/);
  });
});

describe('staticDetails', () => {
  it('shows labels and annotations as tables, and links to web addresses only', () => {
    const shown = staticDetails(
      alert({
        labels: { alertname: 'A' },
        annotations: { summary: 's', runbook_url: 'javascript:alert(1)' },
        generatorURL: 'http://p/graph?x=1',
        externalURL: 'http://a/) [x](http://evil',
      }),
      UNKNOWN,
    );
    expect(shown).toContain('| alertname | A |');
    expect(shown).toContain('no \\| runbook');
    expect(shown).toContain('[Prometheus](http://p/graph?x=1)');
    expect(shown).not.toContain('[Alertmanager]');
    expect(shown).not.toContain('[Runbook]');
  });

  it('gives each label one row of two cells, whatever it holds', () => {
    const hostile = 'a | b\n| c | d |\n\n# head <script> `code` [x](y)';
    const shown = staticDetails(alert({ labels: { [hostile]: hostile }, annotations: {} }), ROUTE);
    const rows = shown.split('\n').filter((line) => line.startsWith('| a'));
    expect(rows).toHaveLength(2);
    expect(rows.map((row) => row.split(/(?<!\\)\|/).length)).toEqual([4, 4]);
    expect(shown).not.toContain('<script>');
  });

  it.each(HUGE)('%#: stays within 20,000 bytes', (text) => {
    const record = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`l${i}`, text.slice(0, 1_000)]));
    expect(bytes(staticDetails(alert({ labels: record, annotations: record }), ROUTE))).toBeLessThanOrEqual(20_000);
  });
});

describe('incidentSearchAttributes', () => {
  it('say unknown rather than nothing, and fit a column of 255', () => {
    const long = 'x'.repeat(1_000);
    const pairs = (labels: Record<string, string>, alertname: string, route: Route) =>
      Object.fromEntries(
        incidentSearchAttributes(alert({ labels, alertname }), route)
          .getAll()
          .map(({ key, value }) => [key.name, value]),
      );
    expect(pairs({}, '', UNKNOWN)).toEqual({
      HalcyonHost: 'unknown',
      HalcyonAlert: 'unknownAlert',
      HalcyonSeverity: 'unknown',
      HalcyonState: 'diagnosing',
      HalcyonTier: 0,
    });
    const cut = pairs({ severity: long }, long, ROUTE);
    expect(cut).toMatchObject({ HalcyonAlert: long.slice(0, 255), HalcyonSeverity: long.slice(0, 255) });
  });
});
