import { teamOnDuty } from '../../../../../src/config';
import { dutyFaults } from '../../../../../src/shared/paging/duty';
import { SAFETY } from '../../../../support/safety';
import { configOf, problemsOf } from '../../support';

const { escalation } = configOf('log: {}');
const at = (time: string) => new Date(`2026-03-29T${time}Z`);

describe('defaults', () => {
  it('are the matrix of the document', () => {
    expect(escalation.tiers).toEqual([
      { afterMs: 900_000, notify: 'onDuty' },
      { afterMs: 1_800_000, notify: 'other' },
      { afterMs: 3_600_000, notify: 'engineeringManager' },
    ]);
    expect(escalation.firstTierAfterMs).toEqual({ serviceDown: 600_000 });
    expect(escalation).toMatchObject({ onHelpless: 'auto', lateGraceMs: 120_000, lateSpacingMs: 300_000 });
    expect(escalation.routes).toEqual(SAFETY.escalation.routes);
    expect(escalation.teams.tradingAi).toEqual({
      name: 'Trading AI',
      slackChannel: '#trading-ai-alerts',
      pagerdutyService: 'trading-ai-primary',
    });
    expect(escalation.teams.platform).toMatchObject({
      slackChannel: '#platform-alerts',
      pagerdutyService: 'platform-secondary',
    });
  });
});

describe('teamOnDuty', () => {
  it.each([
    ['00:00:00', 'platform'],
    ['07:59:59.999', 'platform'],
    ['08:00:00', 'tradingAi'],
    ['21:59:59.999', 'tradingAi'],
    ['22:00:00', 'platform'],
    ['23:59:59.999', 'platform'],
  ])('%s UTC: %s', (time, team) => {
    expect(teamOnDuty(escalation, at(time))).toBe(team);
  });

  it('all day when both ends are the same', () => {
    const duty = [{ team: 'a', from: '09:00', to: '09:00' }];
    expect([teamOnDuty({ duty }, at('08:59:59')), teamOnDuty({ duty }, at('09:00:00'))]).toEqual(['a', 'a']);
  });

  it('refuses to invent a team', () => {
    const duty = [{ team: 'a', from: '09:00', to: '10:00' }];
    expect(() => teamOnDuty({ duty }, at('10:00:00'))).toThrow(RangeError);
  });
});

describe('dutyFaults', () => {
  const stretch = (from: string, to: string) => ({ team: 'a', from, to });

  it('counts every minute of the day', () => {
    expect(dutyFaults([stretch('08:00', '22:00'), stretch('22:00', '08:00')])).toEqual({ uncovered: [], doubled: [] });
    expect(dutyFaults([])).toEqual({ uncovered: ['00:00-00:00'], doubled: [] });
    expect(dutyFaults([stretch('08:00', '22:00')])).toEqual({ uncovered: ['22:00-08:00'], doubled: [] });
    expect(dutyFaults([stretch('00:00', '12:30'), stretch('12:00', '23:59')])).toEqual({
      uncovered: ['23:59-00:00'],
      doubled: ['12:00-12:30'],
    });
  });
});

describe('problems', () => {
  const tiers = (text: string) => `escalation: {tiers: [${text}]}`;
  const cases: [string, string[]][] = [
    [
      tiers('{after: 15m, notify: onDuty}, {after: 30x, notify: other}'),
      ['halcyon.yaml: escalation.tiers[1].after: expected a duration such as "30m", got "30x"'],
    ],
    [
      tiers('{after: 15m, notify: onDuty}, {after: 15m, notify: other}'),
      ['halcyon.yaml: escalation.tiers[1].after: must be later than the tiers before it (15m)'],
    ],
    [tiers(''), ['halcyon.yaml: escalation.tiers: expected at least one tier, got a list']],
    [
      tiers('{after: 15m, notify: platfrom}'),
      [
        'halcyon.yaml: escalation.tiers[0].notify: expected one of onDuty, other, tradingAi, platform, engineeringManager, security, got "platfrom"',
      ],
    ],
    [
      tiers('{after: 5m, notify: onDuty}, {after: 10m, notify: other}'),
      ['halcyon.yaml: escalation.firstTierAfter.serviceDown: must be earlier than the second tier (10m)'],
    ],
    [
      'escalation: {firstTierAfter: {servceDown: 1m}}',
      ['halcyon.yaml: escalation.firstTierAfter.servceDown: unknown key; did you mean "serviceDown"?'],
    ],
    [
      'escalation: {duty: [{team: tradingAi, from: "08:00", to: "22:00"}, {team: platform, from: "23:00", to: "09:00"}]}',
      [
        'halcyon.yaml: escalation.duty: nobody is on duty 22:00-23:00 UTC',
        'halcyon.yaml: escalation.duty: more than one team is on duty 08:00-09:00 UTC',
      ],
    ],
    [
      'escalation: {duty: [{team: tradingAi, from: "8:00", to: "24:00"}, {team: platform, from: "22:00", to: "08:00"}]}',
      [
        'halcyon.yaml: escalation.duty[0].from: expected a time of day in UTC such as "08:00", got "8:00"',
        'halcyon.yaml: escalation.duty[0].to: expected a time of day in UTC such as "08:00", got "24:00"',
      ],
    ],
    [
      'escalation: {duty: [{team: tradingAi, from: "00:00", to: "00:00"}]}',
      [
        'halcyon.yaml: escalation.tiers[1].notify: "other" needs exactly two teams in escalation.duty, which has 1; name a team instead',
      ],
    ],
    [
      'escalation: {duty: [{team: nobody, from: "08:00", to: "22:00"}, {team: platform, from: "22:00", to: "08:00"}]}',
      [
        'halcyon.yaml: escalation.duty[0].team: expected one of tradingAi, platform, engineeringManager, security, got "nobody"',
      ],
    ],
  ];

  const routes = (text: string) => `escalation: {routes: [${text}]}`;
  const routeCases: [string, string[]][] = [
    [
      routes('{match: {team: a}, tiers: [{after: 1m, notify: secruity}]}'),
      [
        'halcyon.yaml: escalation.routes[0].tiers[0].notify: expected one of onDuty, other, tradingAi, platform, engineeringManager, security, got "secruity"',
      ],
    ],
    [
      routes('{match: {team: a}, tiers: [{after: 2m, notify: onDuty}, {after: 1m, notify: other}]}'),
      ['halcyon.yaml: escalation.routes[0].tiers[1].after: must be later than the tiers before it (2m)'],
    ],
    [
      routes('{match: {}, notify: none}'),
      ['halcyon.yaml: escalation.routes[0].match: expected severity, team or alertname, got a mapping of keys'],
    ],
    [
      routes('{match: {serverity: info}, notify: none}'),
      ['halcyon.yaml: escalation.routes[0].match.serverity: unknown key; did you mean "severity"?'],
    ],
    [
      routes('{match: {team: a}, notify: never}'),
      ['halcyon.yaml: escalation.routes[0].notify: expected tiers, channelOnly, none, got "never"'],
    ],
    [
      routes('{match: {team: a}, quietUntil: 2026-02-30, reason: x}'),
      [
        'halcyon.yaml: escalation.routes[0].quietUntil: expected a date or time in UTC such as "2026-12-01" or "2026-12-01T09:00Z", got "2026-02-30"',
      ],
    ],
    [
      routes('{match: {team: a}, quietUntil: 2026-02-03}'),
      ['halcyon.yaml: escalation.routes[0].reason: say why it is quiet'],
    ],
    [
      routes('{match: {team: a}, quietUntil: 2026-02-03, reason: x, urgency: low}'),
      [
        'halcyon.yaml: escalation.routes[0].quietUntil: stands by itself: what comes after that date is for another route to say',
      ],
    ],
    [
      'escalation: {onHelpless: never}',
      ['halcyon.yaml: escalation.onHelpless: expected auto, now, onTime, got "never"'],
    ],
  ];

  it.each([...cases, ...routeCases])('%s', (text, lines) => {
    expect(problemsOf(text)).toEqual(lines);
  });

  it('a team must be reachable and cannot take the name of a role', () => {
    const lines = problemsOf('escalation: {teams: {other: {name: A, slackChannel: "#a"}, b: {name: B}}}');
    expect(lines).toEqual(
      expect.arrayContaining([
        'halcyon.yaml: escalation.teams.b: cannot be reached: set slackChannel or pagerdutyService',
        expect.stringMatching(/^halcyon.yaml: escalation.teams.other: expected a team key .*, got "other"$/),
      ]),
    );
  });
});
