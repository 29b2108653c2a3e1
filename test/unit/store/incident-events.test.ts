import { incidentEvents } from '../../../src/store/events/incident-events';
import type { Before } from '../../../src/store/events/incident-events';
import { at, ended, recorded } from '../../support/recorded';

const open: Before = { state: 'diagnosing', outcome: null, tier: 0, acknowledged: null, isOver: false };
const kinds = (...asked: Parameters<typeof incidentEvents>) =>
  incidentEvents(...asked).map(({ routingKey }) => routingKey);

it('an incident that is new on record was opened, and may be over already', () => {
  expect(kinds(null, recorded(1, { severity: 'critical' }))).toEqual(['incident.opened.critical.serviceDown']);
  expect(kinds(null, ended(9, { severity: 'critical' }))).toEqual([
    'incident.opened.critical.serviceDown',
    'incident.closed.critical.serviceDown',
  ]);
});

it('what people want to hear of is a change, and nothing else is', () => {
  const same = { state: 'diagnosing' } as const;
  expect(kinds(open, recorded(2, same))).toEqual([]);
  const [event] = incidentEvents(open, recorded(5, { ...same, tier: 1, acknowledged: { as: 'anna', until: at(60) } }));
  expect(event).toMatchObject({
    key: `changed/${at(5)}`,
    body: {
      schema: 1,
      event: 'changed',
      changed: ['tier', 'acknowledged'],
      at: at(5),
      incident: { host: 'h1', tier: 1 },
    },
  });
});

it('the order of keys is no change', () => {
  const acknowledged = { until: at(60), as: 'anna' };
  const now = recorded(5, { state: 'diagnosing', acknowledged: { as: 'anna', until: at(60) } });
  expect(kinds({ ...open, acknowledged }, now)).toEqual([]);
});

it('it closes once, and nothing comes after that', () => {
  expect(kinds(open, ended(9))).toEqual(['incident.closed.unknown.serviceDown']);
  expect(kinds({ ...open, isOver: true }, ended(9))).toEqual([]);
  expect(kinds({ ...open, isOver: true }, recorded(10, { tier: 3 }))).toEqual([]);
});

it('a severity of several words is one word of the routing key', () => {
  expect(kinds(null, recorded(1, { severity: 'very.bad #1' }))).toEqual(['incident.opened.very_bad__1.serviceDown']);
});
