import { limitsOf, postIncidentPolicy } from '../../../src/config';
import { configOf } from './support';

const DAY_MS = 86_400_000;

it('has a team, times and bounds, and everything has a default', () => {
  expect(postIncidentPolicy(configOf('log: {}'))).toEqual({
    rules: {
      short: { withinMs: 600_000, outcomes: ['healed', 'selfHealed'], except: [] },
      meeting: { severities: ['critical'] },
      recurrence: { withinMs: 30 * DAY_MS, bound: 5 },
    },
    ...{ team: null, dueInMs: 7 * DAY_MS, remindEveryMs: DAY_MS },
  });
});

it('is nothing where nobody wants it', () => {
  expect(postIncidentPolicy(configOf('postIncident: {enabled: false}'))).toBeNull();
});

it('takes a team of the escalation', () => {
  const { team } = postIncidentPolicy(configOf('postIncident: {team: platform}'))!;
  expect(team).toMatchObject({ name: 'Platform' });
});

it.each([
  ['{team: nobody}', 'postIncident.team: expected "onDuty", or one of '],
  ['{remindEvery: 1m}', 'postIncident.remindEvery: expected a duration'],
  ['{recurrence: {bound: 1}}', 'postIncident.recurrence.bound: expected a whole number from 2'],
  ['{short: {outcomes: [fine]}}', 'postIncident.short.outcomes[0]: expected one of healed'],
])('refuses %s', (written, problem) => {
  expect(() => configOf(`postIncident: ${written}`)).toThrow(problem);
});

it('knows what is configured for a page', () => {
  expect(limitsOf(configOf('runbooks: {outboxStuck: {limits: {pendingAbove: 7}}}'), 'outboxStuck')).toMatchObject({
    pendingAbove: 7,
  });
  expect(limitsOf(configOf('log: {}'), 'unknownAlert')).toEqual({});
});
