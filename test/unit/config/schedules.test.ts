import { maintenanceInput, scheduledMaintenance } from '../../../src/config';
import { configOf } from './support';

const DAY_MS = 86_400_000;
const HOSTS = 'hosts: {h1: {}, h2: {}}';
const TEAMS =
  'escalation: {teams: {ops: {name: Ops, slackChannel: "#ops"}}, duty: [{team: ops, from: "08:00", to: "08:00"}], tiers: [{after: 15m, notify: ops}], firstTierAfter: {}}';
const runs = (yaml: string) => scheduledMaintenance(configOf(yaml)).map(({ name, host, cron }) => [name, host, cron]);

it('is Sunday 03:00, and the first one at 04:00, for each host where nothing is written, and nothing where it is emptied', () => {
  expect(runs(HOSTS)).toEqual([
    ['weekly', 'h1', '0 3 * * 0'],
    ['weekly', 'h2', '0 3 * * 0'],
    ['monthly', 'h1', '0 4 1-7 * 0'],
    ['monthly', 'h2', '0 4 1-7 * 0'],
  ]);
  expect(runs(`${HOSTS}\nschedules: {}`)).toEqual([]);
  expect(runs('log: {}')).toEqual([]);
});

it('may name hosts, and takes guard, approvals, window and team along', () => {
  const config = configOf(
    `${HOSTS}\n${TEAMS}\nschedules: {weekly: {hosts: [h2], team: ops, window: 2h, cron: "30 4 * * 6"}}`,
  );
  const [run, ...others] = scheduledMaintenance(config);
  expect(others).toEqual([]);
  const { guard, approvals } = config;
  expect(run).toEqual({
    ...{ name: 'weekly', host: 'h2', cron: '30 4 * * 6' },
    input: {
      ...{ host: 'h2', startedBy: null, isDryRun: false, windowMs: 7_200_000, guard, approvals },
      team: { name: 'Ops', slackChannel: '#ops', pagerdutyService: null },
      followUp: { dueInMs: 14 * DAY_MS, remindEveryMs: 7 * DAY_MS },
    },
  });
});

it('is run by hand also where it is not scheduled, for those on duty', () => {
  const of = { host: 'h1', startedBy: 'anna', isDryRun: true };
  const input = maintenanceInput(configOf(`${HOSTS}\nschedules: {}`), 'weekly', of);
  expect(input).toMatchObject({ ...of, windowMs: 21_600_000, team: null });
});

it.each([
  ['{weekly: {hosts: [h3]}}', 'schedules.weekly.hosts[0]: expected a host under hosts (h1, h2), got "h3"'],
  ['{weekly: {team: opps}}', 'schedules.weekly.team: expected one of onDuty, ops, got "opps"'],
  ['{weekly: {cron: "3 o\'clock"}}', 'schedules.weekly.cron: expected a schedule in UTC'],
  ['{weekly: {cron: "0 3 * *"}}', 'schedules.weekly.cron: expected a schedule in UTC'],
  ['{weekly: {window: 7d}}', 'schedules.weekly.window: expected a duration'],
  ['{yearly: {}}', 'schedules.yearly: unknown key'],
])('refuses %s', (written, problem) => {
  expect(() => configOf(`${HOSTS}\n${TEAMS}\nschedules: ${written}`)).toThrow(problem);
});

describe('maintenance', () => {
  it('has the review date of the document where nothing is written, and no dashboards', () => {
    expect(configOf('log: {}').maintenance).toEqual({
      dashboards: [],
      reviewBy: { 'KingFisher Operational Runbooks v1.1.0': '2025-09-25' },
      followUp: { dueInMs: 14 * DAY_MS, remindEveryMs: 7 * DAY_MS },
    });
  });

  it.each([
    ['{reviewBy: {x: 2026-02-30}}', 'maintenance.reviewBy.x: expected a date such as "2026-03-25"'],
    ['{reviewBy: {x: soon}}', 'maintenance.reviewBy.x: expected a date'],
    ['{dashboards: [kingfisher.json]}', 'maintenance.dashboards[0]: expected an absolute file'],
    ['{followUp: {dueIn: 2y}}', 'maintenance.followUp.dueIn: expected a duration'],
  ])('refuses %s', (written, problem) => {
    expect(() => configOf(`maintenance: ${written}`)).toThrow(problem);
  });
});

describe('agent.maintenance', () => {
  const agent = (maintenance: string) =>
    configOf(`agent: {host: h1, kingfisher: {installDir: /opt/k, dataDir: /srv/k}, maintenance: ${maintenance}}`)
      .agent!;

  it('asks for nothing where nothing is written', () => {
    expect(agent('{}').maintenance).toEqual({
      ...{ images: null, vacuum: null, python: null },
      capacity: {
        ...{ overMs: 2_419_200_000, fullWithinMs: 7_776_000_000, queueMessages: 10_000 },
        trends: { disks: {}, database: null, queues: null },
      },
      audit: { ports: null, users: null, certificates: { files: [], endpoints: [], withinMs: 2_592_000_000 } },
    });
  });

  it('has defaults for what is named', () => {
    const { images, vacuum, python } = agent(
      '{images: {}, vacuum: {tables: [a.b]}, python: {venv: /opt/k/venv}}',
    ).maintenance;
    expect(images).toEqual({ olderThanMs: 604_800_000, limit: 1_000, approvedLimit: 100_000 });
    expect(vacuum).toEqual({ tables: ['a.b'], lockTimeoutMs: 10_000, statementTimeoutMs: 1_800_000 });
    expect(python).toEqual({ venv: '/opt/k/venv', timeoutMs: 120_000 });
  });

  it.each([
    ['{images: {olderThan: 1d}}', 'agent.maintenance.images.olderThan: expected a duration'],
    ['{images: {limit: 10, approvedLimit: 5}}', 'agent.maintenance.images.approvedLimit: expected no less than limit'],
    ['{vacuum: {tables: []}}', 'agent.maintenance.vacuum.tables: expected at least one table'],
    ['{vacuum: {tables: ["a; DROP TABLE b"]}}', 'agent.maintenance.vacuum.tables[0]: expected a table'],
    ['{python: {venv: /usr/bin}}', 'agent.maintenance.python.venv: expected an absolute folder'],
  ])('refuses %s', (written, problem) => {
    expect(() => agent(written)).toThrow(problem);
  });
});
