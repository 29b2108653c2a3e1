import type { EscalationPolicy } from '../../../../src/shared/paging/escalation';
import { isLouder, planFor, tellRoute } from '../../../../src/shared/paging/escalation-routes';
import { SAFETY, route } from '../../../support/safety';

const NOW = Date.parse('2026-11-23T03:00:00Z');
const POLICY = SAFETY.escalation;

function plan(
  { alertname = 'KingfisherServiceDown', severity = 'critical', team }: Record<string, string>,
  routes = POLICY.routes,
  now = NOW,
) {
  const labels: Record<string, string> = team === undefined ? {} : { team };
  return planFor({ ...POLICY, routes }, { alertname, severity, labels }, now);
}

describe('the default routes', () => {
  it.each([
    ['critical', { notify: 'tiers', urgency: 'high', onHelpless: 'now' }],
    ['CRITICAL', { notify: 'tiers', urgency: 'high', onHelpless: 'now' }],
    ['warning', { notify: 'tiers', urgency: 'low', onHelpless: 'onTime' }],
    ['unknown', { notify: 'tiers', urgency: 'high', onHelpless: 'onTime' }],
    ['info', { notify: 'channelOnly', tiers: [] }],
    ['none', { notify: 'none', tiers: [] }],
  ])('%s', (severity, expected) => {
    expect(plan({ severity })).toMatchObject({ ...expected, quiet: null });
  });

  it('never page for Watchdog', () => {
    expect(plan({ alertname: 'Watchdog' })).toMatchObject({ notify: 'none', tiers: [] });
    expect(plan({ alertname: 'WatchdogLate' })).toMatchObject({ notify: 'tiers', tiers: POLICY.tiers });
  });
});

describe('a route', () => {
  const tiers = [{ afterMs: 0, notify: 'security' }];

  it('needs everything that it names, by any of the values', () => {
    const routes = [route({ team: ['security', 'abuse'], severity: ['critical'] }, { tiers })];
    expect(plan({ team: 'abuse' }, routes).tiers).toBe(tiers);
    expect(plan({ team: 'abuse', severity: 'warning' }, routes).tiers).toBe(POLICY.tiers);
    expect(plan({}, routes).tiers).toBe(POLICY.tiers);
  });

  it('counts when it is the first that matches', () => {
    const routes = [
      route({ alertname: ['A'] }, { urgency: 'low' }),
      route({ alertname: ['A', 'B'] }, { notify: 'none' }),
    ];
    expect(plan({ alertname: 'A' }, routes)).toMatchObject({ notify: 'tiers', urgency: 'low' });
    expect(plan({ alertname: 'B' }, routes)).toMatchObject({ notify: 'none' });
  });

  it.each([
    ['*', '', true],
    ['Kingfisher*', 'KingfisherServiceDown', true],
    ['Kingfisher*', 'MyKingfisher', false],
    ['*Down', 'KingfisherServiceDown', true],
    ['K*Service*n', 'KingfisherServiceDown', true],
    ['*aa*aa*', 'aaa', false],
    ['ab*ba', 'aba', false],
    ['a.c', 'abc', false],
    [`${'*a'.repeat(40)}*b`, 'a'.repeat(4_000), false],
  ])('matches %s against "%s": %s', (pattern, alertname, expected) => {
    const routes = [route({ alertname: [pattern] }, { notify: 'none' })];
    expect(plan({ alertname }, routes).notify === 'none').toBe(expected);
  });

  it.each(['now', 'onTime'] as const)('leaves onHelpless: %s as it is written', (onHelpless) => {
    const policy: EscalationPolicy = { ...POLICY, onHelpless };
    for (const severity of ['critical', 'warning']) {
      expect(planFor(policy, { alertname: 'A', severity, labels: {} }, NOW).onHelpless).toBe(onHelpless);
    }
  });
});

describe('a quiet route', () => {
  const quiet = route({ alertname: ['A'] }, { quietUntil: '2026-12-01', reason: 'disk is on its way' });
  const routes = [quiet, route({ severity: ['warning'] }, { urgency: 'low' })];

  it('puts off what the routes after it say', () => {
    expect(plan({ alertname: 'A', severity: 'warning' }, routes)).toMatchObject({
      notify: 'tiers',
      urgency: 'low',
      quiet: { until: '2026-12-01T00:00:00.000Z', reason: 'disk is on its way' },
    });
  });

  it('counts for nothing from its date on, or for other alerts', () => {
    expect(plan({ alertname: 'A' }, routes, Date.parse('2026-12-01')).quiet).toBeNull();
    expect(plan({ alertname: 'B' }, routes).quiet).toBeNull();
  });

  it('does not count after a route that matched', () => {
    const notBefore = [route({ alertname: ['A'] }), quiet];
    expect(plan({ alertname: 'A' }, notBefore).quiet).toBeNull();
  });
});

it('orders plans by whom they call', () => {
  const quiet = [route({ severity: ['critical'] }, { quietUntil: '2026-12-01', reason: 'known' })];
  const plans = [
    plan({ severity: 'none' }),
    plan({}, quiet),
    plan({ severity: 'info' }),
    plan({ severity: 'warning' }),
    plan({ severity: 'unknown' }),
    plan({ severity: 'critical' }),
  ];
  plans.forEach((one, index) => {
    expect(plans.map((other) => isLouder(other, one))).toEqual(plans.map((_, other) => other > index));
  });
});

it('tells what is different', () => {
  const quiet = [route({ severity: ['info'] }, { quietUntil: '2026-12-01T09:00Z', reason: 'known' }), ...POLICY.routes];
  expect(['critical', 'warning', 'info', 'none'].map((severity) => tellRoute(plan({ severity })))).toEqual([
    '',
    'low urgency',
    'one line in the channel of the team on duty',
    'nobody is paged',
  ]);
  expect(tellRoute(plan({ severity: 'info' }, quiet))).toBe(
    'quiet until 2026-12-01 09:00 UTC: known; then one line in the channel of the team on duty',
  );
});
