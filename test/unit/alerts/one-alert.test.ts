import received from '../../support/alerts/alertmanager-payload.json';
import { parseAlerts, parseWebhook } from '../../../src/alerts/payload';

const NOW = '2026-11-23T21:41:30.000Z';
const [ALERT] = received.alerts;

it('reads one alert alone as it would in a message', () => {
  const inMessage = parseWebhook({ version: '4', alerts: [ALERT] }, NOW);
  expect(parseAlerts(ALERT, NOW)).toEqual(inMessage);
});

it('reads a message as ever, also one that has labels of its own', () => {
  expect(parseAlerts({ ...received, labels: {} }, NOW)).toEqual(parseWebhook(received, NOW));
  expect(parseAlerts({ labels: {}, alerts: 5 }, NOW)).toHaveProperty('problems');
});

it('names the place of what is wrong with it', () => {
  expect(parseAlerts({ labels: { alertname: 'A' }, status: 'on' }, NOW)).toMatchObject({
    alerts: [{ malformed: 'alert.status: expected "firing" or "resolved", got "on"' }],
  });
});

it.each([[null], [[ALERT]], ['labels'], [{ status: 'firing' }]])('%j is neither', (body) => {
  expect(parseAlerts(body, NOW)).toHaveProperty('problems');
});
