import received from '../../support/alerts/alertmanager-payload.json';
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

  it.each<[unknown, string, string]>([
    ['9998-01-01T00:00:00Z', '9998-01-01T00:00:00.000Z', 'the alert says that it began at 9998-01-01T00:00:00.000Z, '],
    ['9999-12-31T23:59:59-01:00', '+010000-01-01T00:59:59.000Z', 'the alert says that it began at +010000-'],
    ['2026-11-23T23:41:30+01:00', '2026-11-23T22:41:30.000Z', '2026-11-23T22:41:30.000Z, 1 h after it was received'],
    ['2026-11-23T21:43:30Z', '2026-11-23T21:43:30.000Z', '2026-11-23T21:43:30.000Z, 2 m after it was received'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z', 'the alert says that it began at 0001-01-01T00:00:00.000Z'],
    ['1969-12-31T23:59:59Z', '1969-12-31T23:59:59.000Z', 'the alert says that it began at 1969-12-31T23:59:59.000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z', 'the alert says that it began at 1970-01-01T00:00:00.000Z'],
    ['yesterday', '"yesterday"', 'the alert says "yesterday" where its start should be'],
    ['2026-02-30T00:00:00Z', '"2026-02-30T00:00:00Z"', 'the alert says "2026-02-30T00:00:00Z" where'],
    [undefined, 'nothing', 'the alert says nothing where its start should be'],
    [1795478488, '1795478488', 'the alert says 1795478488 where its start should be'],
    [null, 'null', 'the alert says null where its start should be'],
  ])('%j is no start: it is the receipt then, with a finding', (written, claimedStart, detail) => {
    const read = alertOf({ startsAt: written });
    expect(read).toMatchObject({ startsAt: NOW, claimedStart });
    expect(read.findings).toEqual([{ name: 'StartClamped', detail: expect.stringContaining(detail) }]);
    expect(read).not.toHaveProperty('malformed');
  });

  it.each(['2026-11-23T21:41:30.001Z', '2026-11-23T21:41:40Z'])(
    '%s is no start either, and not worth telling',
    (at) => {
      const read = alertOf({ startsAt: at });
      expect(read).toMatchObject({ startsAt: NOW, claimedStart: new Date(at).toISOString() });
      expect(read).not.toHaveProperty('findings');
    },
  );

  it('a start at the receipt, or a year before it, is one', () => {
    for (const startsAt of [NOW, '2025-11-23T21:41:30.000Z']) {
      const read = alertOf({ startsAt });
      expect(read.startsAt).toBe(startsAt);
      expect([read.claimedStart, read.findings]).toEqual([undefined, undefined]);
    }
  });
});

describe('what is no message', () => {
  it.each<[unknown, string]>([
    [undefined, 'body: expected a webhook message, got nothing'],
    ['firing', 'body: expected a webhook message, got "firing"'],
    [[], 'body: expected a webhook message, got an empty list'],
    [{}, 'alerts: expected a list of alerts, got nothing'],
    [{ ...received, alerts: [] }, 'alerts: expected at least one alert, got an empty list'],
    [{ ...received, alerts: {} }, 'alerts: expected a list of alerts, got an object'],
  ])('%#', (body, problem) => {
    expect(problemsOf(body)).toEqual([problem]);
  });
});

describe('an alert that is not as it should be', () => {
  const [good] = received.alerts;

  it.each<[string, Record<string, unknown>]>([
    ['endsAt ""', { status: 'resolved', endsAt: '' }],
    ['endsAt null', { endsAt: null }],
    ['generatorURL null', { generatorURL: null }],
    ['annotations null', { annotations: null }],
    ['fingerprint null', { fingerprint: null }],
    ['a label null', { labels: { ...good!.labels, extra: null } }],
  ])('is mended without a word: %s', (_, alert) => {
    const read = alertOf(alert);
    expect(read).not.toHaveProperty('findings');
    expect(read).not.toHaveProperty('malformed');
    expect(read).not.toHaveProperty('endsAt');
    expect(JSON.stringify(read)).not.toContain('null');
  });

  it('has numbers and the like as text', () => {
    const { labels, annotations } = alertOf({
      labels: { alertname: 'A', shard: 7, ok: true },
      annotations: { value: 0.5 },
    });
    expect([labels, annotations]).toEqual([{ alertname: 'A', shard: '7', ok: 'true' }, { value: '0.5' }]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ endsAt: 5 }, 'alerts[0].endsAt: expected an ISO 8601 time, got 5'],
    [{ endsAt: 'later', status: 'resolved' }, 'alerts[0].endsAt: expected an ISO 8601 time, got "later"'],
    [{ labels: { alertname: 'A', a: { b: 1 } } }, 'alerts[0].labels.a: expected a text, got an object'],
    [{ annotations: { a: ['b'] } }, 'alerts[0].annotations.a: expected a text, got a list'],
    [{ annotations: 'x' }, 'alerts[0].annotations: expected a mapping of texts, got "x"'],
    [{ fingerprint: 5 }, 'alerts[0].fingerprint: expected a text, got 5'],
    [{ generatorURL: {} }, 'alerts[0].generatorURL: expected a text, got an object'],
  ])('goes on with what can be read, and a finding: %j', (alert, detail) => {
    const read = alertOf(alert);
    expect(read.findings).toEqual([{ name: 'AlertMalformed', detail }]);
    expect(read).not.toHaveProperty('malformed');
    expect(read).not.toHaveProperty('endsAt');
  });

  it.each<[unknown, string]>([
    [{ ...good, status: 'pending' }, 'alerts[0].status: expected "firing" or "resolved", got "pending"'],
    [{ ...good, status: undefined }, 'alerts[0].status: expected "firing" or "resolved", got nothing'],
    [{ ...good, labels: null }, 'alerts[0].labels: expected a mapping of texts, got null'],
    [{ ...good, labels: [] }, 'alerts[0].labels: expected a mapping of texts, got an empty list'],
  ])('is malformed where no runbook could act on it: %#', (alert, malformed) => {
    const [read] = alertsOf({ ...received, alerts: [alert] });
    expect(read).toMatchObject({
      status: 'firing',
      malformed,
      findings: [{ name: 'AlertMalformed', detail: malformed }],
    });
    expect(read?.annotations).toEqual(good!.annotations);
  });

  it.each(['x', null, 5, []])('is also %j', (alert) => {
    const [read] = alertsOf({ ...received, alerts: [alert] });
    expect(read).toMatchObject({ alertname: '', status: 'firing', startsAt: NOW, labels: {} });
    expect(read?.malformed).toMatch(/^alerts\[0\]: expected an alert, got /);
    expect(read?.findings?.at(-1)).toEqual({ name: 'AlertMalformed', detail: read?.malformed });
  });

  it('leaves its neighbours alone', () => {
    const bad = { ...good, startsAt: undefined, status: undefined, labels: { alertname: 5 } };
    const [first, second, third] = alertsOf({ ...received, alerts: [good, bad, good] });
    expect([first, third]).toEqual([alertOf({}), alertOf({})]);
    expect(second).toMatchObject({ alertname: '5', malformed: expect.stringContaining('alerts[1].status') });
  });

  it.each([
    [{ version: '5' }, 'version: expected "4", got "5"'],
    [{ truncatedAlerts: -1 }, 'truncatedAlerts: expected a whole number, got -1'],
    [{ truncatedAlerts: 'x' }, 'truncatedAlerts: expected a whole number, got "x"'],
  ])('is taken out of a message with %j', (more, detail) => {
    expect(alertsOf(message({}, more))).toMatchObject([
      { alertname: 'KingfisherServiceDown', truncated: 0, findings: [{ name: 'AlertMalformed', detail }] },
    ]);
  });

  it('has a finding that is short and without control characters, whatever was sent', () => {
    const hostile = `\u001b[2J\n${'x'.repeat(1_000_000)}`;
    const labels = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`${index}${hostile.slice(0, 9_000)}`, {}]),
    );
    const [read] = alertsOf(message({ startsAt: hostile, status: hostile, labels }));
    for (const { detail } of read?.findings ?? []) {
      expect(detail.length).toBeLessThan(4_000);
      expect(detail).not.toMatch(/\p{Cc}(?<!\n)/u);
    }
    expect(read?.findings).toHaveLength(2);
  });
});

describe('secrets', () => {
  const secret = 'hunter22';

  it.each<[string, Record<string, unknown>]>([
    ['a URL in a label', { labels: { alertname: 'A', url: `postgres://king:${secret}@db/zmart` } }],
    ['a label of that name', { labels: { alertname: 'A', db_password: secret } }],
    ['an annotation', { annotations: { summary: `login failed: password=${secret} for king` } }],
    ['a description', { annotations: { description: `curl -H "Authorization: Bearer ${secret}"` } }],
    ['another annotation', { annotations: { note: `redis://:${secret}@cache:6379` } }],
    ['the link to Prometheus', { generatorURL: `http://king:${secret}@prometheus:9090/graph?token=${secret}` }],
    ['the name of a label', { labels: { alertname: 'A', [`token=${secret}`]: 'x' } }],
    ['what is wrong', { status: `token=${secret}` }],
    ['a coloured value', { annotations: { description: `\u001b[36mpassword\u001b[0m=\u001b[35m${secret}\u001b[0m` } }],
    ['arguments', { annotations: { summary: `run ['--password', '${secret}'] failed` } }],
    ['a start that is none', { startsAt: `token=${secret}` }],
    ['a name of an annotation that is no text', { annotations: { [`token=${secret}`]: {} } }],
    ['a value far too long', { labels: { alertname: 'A', url: `${'x'.repeat(990)} token=${secret}` } }],
  ])('in %s are masked', (_, alert) => {
    const read = JSON.stringify(alertOf(alert));
    expect(JSON.stringify(alert)).toContain(secret);
    expect(read).not.toContain(secret.slice(0, 4));
    expect(read).toContain('***');
  });

  it('in base64 too', () => {
    const encoded = Buffer.from(`king:${secret}`).toString('base64');
    expect(alertOf({ annotations: { summary: `auth ${encoded} failed` } }).annotations['summary']).toBe(
      'auth *** failed',
    );
  });

  it('are not where an alert is told by its fingerprint, its times and its hosts', () => {
    const { fingerprint, startsAt, labels } = alertOf({ fingerprint: 'e3b0c44298fc1c14' });
    expect({ fingerprint, startsAt, labels }).toEqual({
      fingerprint: 'e3b0c44298fc1c14',
      startsAt: alertOf({}).startsAt,
      labels: alertOf({}).labels,
    });
    expect(JSON.stringify(alertOf({ fingerprint: 'e3b0c44298fc1c14' }))).not.toContain('***');
  });

  it('in the link to Alertmanager too', () => {
    const [read] = alertsOf(message({}, { externalURL: `http://king:${secret}@alertmanager` }));
    expect(read?.externalURL).toBe('http://king:***@alertmanager');
  });

  it('still tell two alerts apart', () => {
    const of = (password: string) =>
      alertOf({ fingerprint: '', labels: { alertname: 'A', url: `redis://:${password}@cache` } });
    expect(of('one').fingerprint).not.toBe(of('two').fingerprint);
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
    expect(alertname).toBe('A\ufffd');
    expect(labels).toEqual({ alertname: 'A\ufffd', 'n\ufffd': '\ufffdgnp.exe' });
    // A description may have lines.
    expect(annotations['summary']).toBe('bell \ufffd c1 \ufffd31m line\nnext\ttab');
  });

  it('are cut to a size', () => {
    const { labels } = alertOf({ labels: { alertname: 'A', big: 'x'.repeat(1_000_000), ['n'.repeat(5_000)]: 'v' } });
    expect(labels['big']).toBe(`${'x'.repeat(999)}…`);
    expect(Object.keys(labels).map((name) => name.length)).toEqual([9, 3, 200]);
  });

  it('and annotations cost an incident a few kilobytes, whatever was sent', () => {
    const many = (text: string) => Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`k${index}`, text]));
    for (const text of ['x'.repeat(1_000), '鱼'.repeat(1_000), '\u{1f525}'.repeat(1_000)]) {
      const annotations = { ...many(text), summary: text, description: text, runbook_url: text };
      const read = alertOf({ labels: { ...many(text), alertname: 'A', severity: 'critical' }, annotations });
      expect(Buffer.byteLength(JSON.stringify(read))).toBeLessThan(10_000);
      expect(read.labels).toMatchObject({ alertname: 'A', severity: 'critical' });
      expect(read.annotations['summary']).toMatch(/^.{400}/u);
    }
  });

  it('keep of annotations what people read, and a little of the others', () => {
    const long = 'x'.repeat(1_000);
    const { annotations } = alertOf({
      annotations: { a: long, b: long, summary: 's', description: long, runbook_url: 'https://r' },
    });
    expect(annotations).toEqual({
      summary: 's',
      description: long,
      runbook_url: 'https://r',
      a: `${'x'.repeat(496)}…`,
    });
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
