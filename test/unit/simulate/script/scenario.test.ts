import { parseAlertFile } from '../../../../src/simulate/script/alert-file';
import { incidentOf } from '../../../../src/simulate/incident';
import { ScenarioError, parseScenario } from '../../../../src/simulate/script/scenario';

const AT = '2026-11-23T03:00:00.000Z';
const labels = { alertname: 'KingfisherServiceDown', instance: 'h1:8201' };
const texts = { at: '2026-11-23T03:00Z', ack: 'never', health: 'never', until: '24h' };

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (err) {
    if (err instanceof ScenarioError) return err.message;
    throw err;
  }
  throw new Error('nothing was refused');
}

describe('parseScenario', () => {
  it('reads times as people write them', () => {
    expect(parseScenario({ ...texts, ack: '20m', approve: '2m', health: 'after=12m' })).toEqual({
      at: Date.parse(AT),
      ackAfterMs: 20 * 60_000,
      approveAfterMs: 2 * 60_000,
      wellAfterMs: 12 * 60_000,
      untilMs: 24 * 3_600_000,
    });
    expect(parseScenario(texts)).toMatchObject({ ackAfterMs: null, approveAfterMs: null, wellAfterMs: null });
  });

  it.each([
    [{ at: '2026-11-23 03:00' }, '--at: expected a time in UTC such as "2026-11-23T03:00Z", got "2026-11-23 03:00"'],
    [{ at: '2026-02-30T03:00Z' }, 'got "2026-02-30T03:00Z"'],
    [{ at: '2026-11-23T25:00Z' }, 'got "2026-11-23T25:00Z"'],
    [{ ack: 'soon' }, '--ack: expected "never" or a duration such as "20m", up to 7d, got "soon"'],
    [{ approve: 'soon' }, '--approve: expected "never" or a duration such as "2m", up to 7d, got "soon"'],
    [{ health: '12m' }, '--health: expected "never" or a time such as "after=12m", up to 7d, got "12m"'],
    [{ until: 'never' }, '--until: expected a duration such as "24h"'],
    [{ ack: '25h' }, '--ack: 25h is not before the end, --until 24h'],
  ])('refuses %j by name, value and remedy', (wrong, message) => {
    expect(refusal(() => parseScenario({ ...texts, ...wrong }))).toContain(message);
  });
});

describe('parseAlertFile', () => {
  it('takes a single alert and gives it the time of the simulation', () => {
    const [alert, ...others] = parseAlertFile(JSON.stringify({ labels }), 'a.json', AT);
    expect(alert).toMatchObject({ status: 'firing', startsAt: AT, alertname: 'KingfisherServiceDown' });
    expect(others).toEqual([]);
  });

  it('takes a whole message, and of it the alerts that fire', () => {
    const alerts = ['resolved', 'firing'].map((status) => ({ status, labels, startsAt: '2020-01-01T00:00:00Z' }));
    const parsed = parseAlertFile(JSON.stringify({ version: '4', alerts }), 'a.json', AT);
    expect(parsed.map(({ status, startsAt }) => [status, startsAt])).toEqual([['firing', AT]]);
  });

  it.each([
    ['{', 'a.json: not JSON'],
    ['[]', "a.json: expected Alertmanager's webhook message"],
    ['{"labels": 3}', 'a.json: labels: expected a mapping of texts, got 3'],
    ['{"version": "4", "alerts": []}', 'a.json: alerts: expected at least one alert, got an empty list'],
    [
      JSON.stringify({ version: '3', alerts: [{ labels, status: 'firing', startsAt: AT }] }),
      'version: expected "4", got "3"',
    ],
    [JSON.stringify({ labels, status: 'resolved' }), 'set "status" to "firing"'],
  ])('refuses %s', (text, message) => {
    expect(refusal(() => parseAlertFile(text, 'a.json', AT))).toContain(message);
  });
});

describe('incidentOf', () => {
  const routes = { KingfisherServiceDown: 'serviceDown' as const };
  const alerts = parseAlertFile(JSON.stringify({ labels }), 'a.json', AT);
  const host = { instances: [], services: [] };

  it('takes the host of the alert where the configuration names none, and says so', () => {
    const { route, notes } = incidentOf(alerts, { hosts: {}, routes });
    expect(route).toMatchObject({
      runbook: 'serviceDown',
      host: 'h1',
      workflowId: 'incident/KingfisherServiceDown/h1',
    });
    expect(notes.join()).toContain('taken as if it were h1');
  });

  it('refuses a host that the configuration does not know', () => {
    const message = refusal(() => incidentOf(alerts, { hosts: { h2: host, h3: host }, routes }));
    expect(message).toMatch(/instance "h1:8201".*known: h2, h3.*hosts\.<name>\.instances/);
  });

  it('goes to unknownAlert as an alert without a route does', () => {
    const { route, notes } = incidentOf(alerts, { hosts: { h1: host }, routes: {} });
    expect(route.runbook).toBe('unknownAlert');
    expect(notes.join()).toContain('no runbook under routes:');
  });
});
