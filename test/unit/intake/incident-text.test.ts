import type { Route } from '../../../src/alerts/routing';
import { incidentSearchAttributes, staticDetails, staticSummary } from '../../../src/intake/incident-text';
import { searchAttributes } from '../../../src/shared/search-attributes';
import { alert } from '../../support/incidents';

const ROUTE: Route = { runbook: 'serviceDown', host: 'h1', workflowId: 'incident/KingfisherServiceDown/h1' };
const SINCE = '2026-11-23T21:41:28.744Z';

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

describe('summary', () => {
  it('says what, where and since', () => {
    expect(staticSummary(alert({ startsAt: SINCE }), ROUTE)).toBe(
      'KingFisher on h1 is down — h1 since 2026-11-23T21:41:28Z',
    );
  });

  it.each([['界'], ['"'], ['😀'], ['\\'], ['a ']])(
    'of much %s stays within what Temporal takes and keeps its end',
    (text) => {
      const summary = staticSummary(alert({ startsAt: SINCE, annotations: { summary: text.repeat(1_000) } }), ROUTE);
      expect(jsonBytes(summary)).toBeLessThanOrEqual(400);
      expect(summary).toMatch(/… — h1 since 2026-11-23T21:41:28Z$/);
      expect(Buffer.from(summary).toString()).toBe(summary);
    },
  );

  it('is one line without markup', () => {
    const summary = staticSummary(alert({ annotations: { summary: 'a\n# b [x](http://evil) <b>' } }), ROUTE);
    expect(summary).toContain('a # b \\[x\\](http://evil) &lt;b&gt;');
  });

  it('names an alert that has no name', () => {
    expect(staticSummary(alert({ alertname: '', annotations: {} }), { ...ROUTE, host: null })).toMatch(
      /^alert without a name — unknown host since /,
    );
  });
});

describe('details', () => {
  it('keep each label in its own row, whatever its text', () => {
    const details = staticDetails(alert({ labels: { job: 'a | b\n| c | d |', '<i>': '`x`' } }), ROUTE);
    expect(details.split('\n').filter((line) => line.startsWith('| '))).toEqual([
      '| label | value |',
      '| --- | --- |',
      '| job | a \\| b ⏎ \\| c \\| d \\| |',
      '| &lt;i&gt; | \\`x\\` |',
      '| annotation | value |',
      '| --- | --- |',
      '| summary | KingFisher on h1 is down |',
    ]);
  });

  it('link only to web addresses', () => {
    const details = staticDetails(
      alert({
        generatorURL: 'https://prometheus.example/graph?g0.expr=up',
        externalURL: 'javascript:alert(1)',
        annotations: { runbook_url: 'https://x.example/) [y](http://evil' },
      }),
      ROUTE,
    );
    expect(details).toContain('[Prometheus](https://prometheus.example/graph?g0.expr=up)');
    expect(details).not.toContain('javascript:');
    expect(details).not.toContain('[Runbook]');
  });

  it('stay within what Temporal takes', () => {
    const labels = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`l${index}`, '界"'.repeat(500)]));
    const details = staticDetails(alert({ labels }), ROUTE);
    expect(jsonBytes(details)).toBeLessThanOrEqual(20_000);
    expect(jsonBytes(details)).toBeGreaterThan(18_000);
  });
});

test('search attributes fit the columns of visibility', () => {
  const long = 'x'.repeat(1_000);
  const attributes = incidentSearchAttributes(alert({ alertname: long, labels: { severity: long } }), {
    ...ROUTE,
    host: null,
  });
  expect(attributes.get(searchAttributes.host)).toBe('unknown');
  expect(attributes.get(searchAttributes.alert)).toHaveLength(255);
  expect(attributes.get(searchAttributes.severity)).toHaveLength(255);
});
