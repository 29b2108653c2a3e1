import message from '../../../support/alerts/alertmanager-payload.json';
import { QueueSite, until } from './support';

const [ALERT] = message.alerts;
const WEBHOOK = JSON.stringify(message);

let site: QueueSite;

afterEach(async () => {
  await site.intake.stop(1_000);
});

describe('poison', () => {
  const LONG = 'x'.repeat(64 * 1024);
  it.each([
    ['{"alerts": [', 'not JSON'],
    ['', 'empty'],
    [
      '[]',
      /^neither an Alertmanager webhook message nor an alert: body: expected a webhook message, got an empty list/,
    ],
    ['null', /^neither .* got null/],
    ['{"alerts": []}', /^neither .* alerts: expected at least one alert/],
    ['{"text": "password=hunter2"}', /^neither .* alerts: expected a list of alerts, got nothing/],
    ['{"alerts": "password=hunter2"}', /^(?!.*hunter2)/],
    [JSON.stringify({ ...ALERT, annotations: { LONG } }), /^too large: \d+ bytes, intake\.bodyLimit is 65536/],
  ])('%p goes to the dead letters with the reason, as it came', async (text, reason) => {
    site = new QueueSite();
    site.intake.start();
    site.broker.put(text, {
      messageId: 'm1',
      headers: { sender: 'x', CC: 'elsewhere', table: {} },
      expiration: '1',
    });
    await until('a dead letter', () => site.broker.acknowledged.length === 1);
    const [dead] = site.broker.dead;
    expect(dead!.content.toString()).toBe(text);
    const { headers, ...properties } = dead!.options;
    expect(headers).toEqual({
      sender: 'x',
      'x-halcyon-reason': expect.stringMatching(reason),
      'x-halcyon-queue': 'alerts',
      'x-halcyon-exchange': 'alerts',
      'x-halcyon-routing-key': 'a.b',
      'x-halcyon-refused-at': expect.stringMatching(/^\d{4}-/),
    });
    expect(properties).toEqual({ messageId: 'm1', mandatory: true, persistent: true });
    expect(site.logged('dead letters')).toMatchObject([{ reason: headers['x-halcyon-reason'], messageId: 'm1' }]);
    expect(site.starter.delivered).toEqual([]);
    expect(site.intake.status().deadLettered).toBe(1);
  });

  it('stays in the queue while no queue takes dead letters, and keeps no alert', async () => {
    site = new QueueSite();
    site.broker.isUnbound = true;
    site.intake.start();
    site.broker.put('poison');
    site.broker.put(WEBHOOK);
    await until('the alert to be taken', () => site.broker.acknowledged.length === 1);
    await until('the failure to be told', () => site.logged('could not be dealt with').length === 1);
    expect(site.logged('could not be dealt with')[0]!.reason).toContain('bind dead to it');
    site.broker.isUnbound = false;
    await site.nothingLeft();
    expect(site.broker.dead.map(({ content }) => content.toString())).toEqual(['poison']);
  });
});
