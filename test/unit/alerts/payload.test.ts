import received from '../../support/alertmanager-payload.json';
import { parseWebhook } from '../../../src/alerts/payload';
import type { Alert } from '../../../src/shared/alert';

const NOW = '2026-11-23T21:41:30.000Z';

/** The message that a real Alertmanager sent, with something else about its alert. */
function message(alert: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...received, ...more, alerts: [{ ...received.alerts[0], ...alert }] };
}

function alertsOf(body: unknown): Alert[] {
  const parsed = parseWebhook(body, NOW);
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.alerts;
}

function alertOf(alert: Record<string, unknown>): Alert {
  return alertsOf(message(alert))[0]!;
}

function problemsOf(body: unknown): string[] {
  const parsed = parseWebhook(body, NOW);
  return 'problems' in parsed ? parsed.problems : [];
}

describe('a message that Alertmanager sent', () => {
  it('gives its alert', () => {
    const { labels, annotations, generatorURL } = received.alerts[0]!;
    expect(alertsOf(received)).toEqual([
      {
        status: 'firing',
        alertname: 'KingfisherServiceDown',
        fingerprint: '6f8484d7b5244177',
        startsAt: '2026-11-23T21:41:28.744Z',
        labels,
        annotations,
        generatorURL,
        externalURL: 'http://127.0.0.1:34357',
        receivedAt: NOW,
        truncated: 0,
      },
    ]);
  });

  it('may have keys that Halcyon does not know, and lack those it can do without', () => {
    const { status, labels, startsAt } = received.alerts[0]!;
    const bare = { version: '4', alerts: [{ status, labels, startsAt, silenced: null }], notificationReason: 'x' };
    expect(alertsOf(bare)).toMatchObject([{ annotations: {}, generatorURL: '', externalURL: '', truncated: 0 }]);
  });

  it('tells each alert how many were left out', () => {
    const [first] = received.alerts;
    const alerts = alertsOf({ ...received, alerts: [first, first], truncatedAlerts: 7 });
    expect(alerts.map((alert) => alert.truncated)).toEqual([7, 7]);
  });
});

describe('times', () => {
  it.each([
    ['2026-11-23T21:41:28Z', '2026-11-23T21:41:28.000Z'],
    ['2026-11-23T21:41:28.744123456Z', '2026-11-23T21:41:28.744Z'],
    ['2026-11-23T22:41:28.744+01:00', '2026-11-23T21:41:28.744Z'],
  ])('%s as the start is %s', (written, normal) => {
    expect(alertOf({ startsAt: written }).startsAt).toBe(normal);
  });

  it('has an end only when it has ended', () => {
    const endsAt = '2026-11-23T23:00:00+01:00';
    expect(alertOf({ status: 'resolved', endsAt }).endsAt).toBe('2026-11-23T22:00:00.000Z');
    expect(alertOf({ status: 'resolved', endsAt: '0001-01-01T00:00:00Z' })).not.toHaveProperty('endsAt');
    expect(alertOf({ status: 'firing', endsAt })).not.toHaveProperty('endsAt');
  });

  it.each(['0001-01-01T00:00:00Z', '1969-12-31T23:59:59Z', '9999-12-31T23:59:59-01:00'])(
    'refuses %s as the start',
    (startsAt) => {
      expect(problemsOf(message({ startsAt }))).toEqual([
        `alerts[0].startsAt: expected the time at which the alert began, got "${startsAt}"`,
      ]);
    },
  );
});

describe('what is wrong, by place', () => {
  const [good] = received.alerts;

  it.each<[unknown, string]>([
    [undefined, 'body: expected a webhook message, got nothing'],
    ['firing', 'body: expected a webhook message, got "firing"'],
    [[], 'body: expected a webhook message, got an empty list'],
    [{ ...received, version: '3' }, 'version: expected "4", got "3"'],
    [{ ...received, alerts: [] }, 'alerts: expected at least one alert, got an empty list'],
    [{ ...received, alerts: {} }, 'alerts: expected a list of alerts, got an object'],
    [{ ...received, truncatedAlerts: -1 }, 'truncatedAlerts: expected no negative number, got -1'],
    [message({ status: 'pending' }), 'alerts[0].status: expected "firing" or "resolved", got "pending"'],
    [message({ startsAt: 'yesterday' }), 'alerts[0].startsAt: expected an ISO 8601 time, got "yesterday"'],
    [
      message({ startsAt: '2026-02-30T00:00:00Z' }),
      'alerts[0].startsAt: expected an ISO 8601 time, got "2026-02-30T00:00:00Z"',
    ],
    [message({ endsAt: 5 }), 'alerts[0].endsAt: expected an ISO 8601 time, got 5'],
    [message({ labels: null }), 'alerts[0].labels: expected a mapping of texts, got null'],
    [message({ labels: { a: { b: 1 } } }), 'alerts[0].labels.a: expected a text, got an object'],
    [message({ fingerprint: 5 }), 'alerts[0].fingerprint: expected a text, got 5'],
  ])('%#', (body, problem) => {
    expect(problemsOf(body)).toEqual([problem]);
  });

  it('names the alert, each place on a line of its own', () => {
    const bad = { ...good, startsAt: undefined, status: undefined };
    expect(problemsOf({ ...received, alerts: [good, good, good, bad] })).toEqual([
      'alerts[3].status: expected "firing" or "resolved", got nothing',
      'alerts[3].startsAt: expected an ISO 8601 time, got nothing',
    ]);
  });

  it('is short and without control characters, whatever was sent', () => {
    const hostile = `\u001b[2J\n${'x'.repeat(1_000_000)}`;
    const alerts = Array.from({ length: 500 }, () => ({ ...good, startsAt: hostile, labels: { [hostile]: 5 } }));
    const problems = problemsOf({ ...received, alerts });
    expect(problems).toHaveLength(20);
    for (const problem of problems) {
      expect(problem.length).toBeLessThan(200);
      expect(problem).not.toMatch(/\p{Cc}(?<!\n)/u);
    }
  });
});

describe('fingerprints', () => {
  const labels = { alertname: 'A', instance: 'h1' };
  const swapped = { instance: 'h1', alertname: 'A' };

  it('come from the labels where the sender has none: the same for the same labels, in any order', () => {
    const made = alertOf({ fingerprint: undefined, labels }).fingerprint;
    expect(made).toMatch(/^[0-9a-f]{16}$/);
    expect(alertOf({ fingerprint: '', labels: swapped }).fingerprint).toBe(made);
    expect(alertOf({ fingerprint: '', labels: { ...labels, instance: 'h2' } }).fingerprint).not.toBe(made);
  });

  it.each(['constructor', '__proto__', 'toString', 'a b', '\u0000', 'f'.repeat(10_000)])('%.20j is none', (text) => {
    const made = alertOf({ fingerprint: '', labels }).fingerprint;
    expect(alertOf({ fingerprint: text, labels }).fingerprint).toBe(made);
  });
});

describe('hostile labels', () => {
  it('lose what drives a terminal or turns text around', () => {
    const { labels, annotations, alertname } = alertOf({
      labels: { alertname: 'A\u001b[31m\u0000', 'n\u0007': '\u202egnp.exe' },
      annotations: { summary: 'bell \u0007 c1 \u009b31m line\nnext\ttab' },
    });
    expect(alertname).toBe('A\ufffd[31m\ufffd');
    expect(labels).toEqual({ alertname: 'A\ufffd[31m\ufffd', 'n\ufffd': '\ufffdgnp.exe' });
    // A description may have lines.
    expect(annotations['summary']).toBe('bell \ufffd c1 \ufffd31m line\nnext\ttab');
  });

  it('are cut to a size', () => {
    const { labels } = alertOf({ labels: { alertname: 'A', big: 'x'.repeat(1_000_000), ['n'.repeat(5_000)]: 'v' } });
    expect(labels['big']).toBe(`${'x'.repeat(999)}…`);
    expect(Object.keys(labels).map((name) => name.length)).toEqual([9, 3, 200]);
  });

  it('keep what runbooks and routing read when there are ten thousand', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`label${index}`, 'x']));
    const { labels } = alertOf({ labels: { ...many, severity: 'critical', instance: 'h1', alertname: 'A' } });
    expect(Object.keys(labels)).toHaveLength(64);
    expect(labels).toMatchObject({ alertname: 'A', instance: 'h1', severity: 'critical', label0: 'x' });
  });

  it('reach no prototype', () => {
    const text = '{"alertname":"A","__proto__":"polluted","constructor":"c","toString":"t"}';
    const alert = alertOf({ labels: JSON.parse(text) as unknown });
    expect(alert.labels).toEqual({ alertname: 'A', constructor: 'c', toString: 't' });
    expect(Object.getPrototypeOf(alert.labels)).toBe(Object.prototype);
    expect(JSON.parse(JSON.stringify(alert))).toEqual(alert);
  });
});
