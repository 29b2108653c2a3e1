import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import type { TimeoutType } from '@temporalio/common';
import { AUDIT_CHECKS } from '../../../../src/shared/observations/reviews/audit';
import type { AuditCheck, AuditState } from '../../../../src/shared/observations/reviews/audit';
import type {
  CapacityPart,
  CapacityReading,
  CapacityState,
} from '../../../../src/shared/observations/reviews/capacity';
import type { Host, TaskSite } from '../../../../src/workflows/maintenance/task';
import { capacity } from '../../../../src/workflows/maintenance/tasks/capacity';
import { securityAudit } from '../../../../src/workflows/maintenance/tasks/security-audit';

const DAY_MS = 86_400_000;
const GIB = 1_024 ** 3;

function siteOf(host: object): TaskSite {
  const look: TaskSite['look'] = async (_title, call) => await call(host as Host);
  return { look } as TaskSite;
}

const broken = (message: string, type = 'ObservationFailed') => ApplicationFailure.nonRetryable(message, type);

function unanswered(type: TimeoutType): ActivityFailure {
  const cause = new TimeoutFailure('activity timed out', undefined, type);
  return new ActivityFailure('failed', 'observeAudit', '1', 'IN_PROGRESS', undefined, cause);
}

describe('the security audit', () => {
  const GOOD: AuditState = { findings: [], dropped: 0, seen: '', unknown: [], notLooked: [] };

  const audit = async (answers: Partial<Record<AuditCheck, Partial<AuditState> | Error>>) => {
    const observeAudit = async ({ check }: { check: AuditCheck }) => {
      const answer = answers[check] ?? {};
      if (answer instanceof Error) throw answer;
      return { ...GOOD, ...answer };
    };
    return await securityAudit.work(siteOf({ observeAudit }));
  };

  it('has nothing to do where each check was read and has no finding', async () => {
    expect(await audit({})).toMatchObject({
      ...{ state: 'nothingToDo', detail: 'no finding; 7 of 7 checks are good', toDo: null, lines: [] },
    });
  });

  it('tells findings, what cannot be read and what was not looked at, each by its name', async () => {
    const { state, detail, lines, table, toDo } = await audit({
      ports: { findings: ['0.0.0.0:8081 listens'], dropped: 2, seen: '9 listen' },
      credentials: { unknown: ['postgres: permission denied'] },
      users: broken('timed out'),
      advisories: { notLooked: ['pip-audit is not installed'] },
      certificates: broken('x is not configured', 'NotConfigured'),
    });
    expect(state).toBe('done');
    expect(detail).toBe(
      [
        '3 findings: open ports',
        '2 of 7 checks are good',
        'NOT KNOWN: users and sudo (timed out); default credentials (postgres: permission denied)',
        'not looked: certificates (x is not configured); dependency advisories (pip-audit is not installed)',
      ].join('; '),
    );
    expect(lines).toEqual(['open ports: 0.0.0.0:8081 listens', 'open ports: and 2 more']);
    expect(table!.rows.map(([name, outcome]) => `${name}: ${outcome}`)).toEqual([
      'open ports: 3 findings',
      'file modes: good',
      'users and sudo: NOT KNOWN',
      'leases and blocks left behind: good',
      'certificates: not looked',
      'default credentials: NOT KNOWN',
      'dependency advisories: not looked',
    ]);
    expect(toDo).toContain(
      'Correct or accept 3 findings: 0.0.0.0:8081 listens; and 2 more. Make readable: users and sudo',
    );
  });

  it('fails where nothing could be read, and at once where the agent is too old or takes no work', async () => {
    const all = Object.fromEntries(AUDIT_CHECKS.map((check) => [check, broken('gone')]));
    expect(await audit(all)).toMatchObject({ state: 'failed' });
    await expect(audit({ ports: broken('no such activity', 'NotFoundError') })).rejects.toThrow('no such activity');
    const away = unanswered('SCHEDULE_TO_START');
    await expect(audit({ ports: away })).rejects.toBe(away);
    const slow = await audit({ ports: unanswered('START_TO_CLOSE') });
    expect(slow.detail).toContain('NOT KNOWN: open ports (timed out (START_TO_CLOSE))');
  });
});

describe('the capacity review', () => {
  const points = (days: number, from: number, perDay: number): [number, number][] =>
    Array.from({ length: days + 1 }, (_, day) => [day * DAY_MS, from + day * perDay]);
  const reading = (name: string, more: Partial<CapacityReading>): CapacityReading => ({
    name,
    unit: 'B',
    now: 50 * GIB,
    limit: 100 * GIB,
    trend: { points: [], source: 'none', why: 'no Prometheus' },
    ...more,
  });
  const grows = (perDay: number, days = 28): CapacityReading['trend'] => ({
    points: points(days, 10 * GIB, perDay),
    source: 'prometheus',
    why: '',
  });

  const review = async (answers: Partial<Record<CapacityPart, CapacityReading[] | Error>>) => {
    const observeCapacity = async ({ part }: { part: CapacityPart }): Promise<CapacityState> => {
      const answer = answers[part] ?? [];
      if (answer instanceof Error) throw answer;
      return { readings: answer, notes: [`note of ${part}`], fullWithinMs: 90 * DAY_MS };
    };
    return await capacity.work(siteOf({ observeCapacity }));
  };

  it('says when each is full, and what is nearly', async () => {
    const { state, table, charts, detail, toDo, lines } = await review({
      disks: [
        reading('disk /', { trend: grows(GIB) }),
        reading('disk /srv', { trend: grows(GIB / 10) }),
        reading('inodes of /', { unit: '%', now: 85.25, limit: 100 }),
      ],
      database: [reading('database zmart_core', { limit: null, trend: grows(GIB, 2) })],
      images: [reading('images', { trend: grows(-GIB) })],
      queues: [reading('messages', { unit: '', now: 7, limit: 10_000 })],
    });
    expect(table!.rows).toEqual([
      ['disk /', '50.0 GiB', '100.0 GiB', '1.0 GiB a day, by Prometheus over 28 days', 'in 50 days'],
      ['disk /srv', '50.0 GiB', '100.0 GiB', '102.4 MiB a day, by Prometheus over 28 days', 'in 500 days'],
      ['inodes of /', '85.3%', '100%', 'no Prometheus', 'nobody can say when'],
      ['database zmart_core', '50.0 GiB', '–', 'not enough to say: 2 days seen', 'no limit is known'],
      ['images', '50.0 GiB', '100.0 GiB', '-1.0 GiB a day, by Prometheus over 28 days', 'not at this rate'],
      ['messages', '7', '10000', 'no Prometheus', 'nobody can say when'],
    ]);
    expect(state).toBe('done');
    expect(detail).toBe('6 looked at; nearly full: disk / 50%, in 50 days, inodes of / 85%, nobody can say when');
    expect(toDo).toBe('Make room, or grow it: disk / 50%, in 50 days; inodes of / 85%, nobody can say when');
    expect(charts!.map(({ title }) => title)).toEqual(['disk /', 'disk /srv', 'database zmart_core', 'images']);
    expect(charts![0]).toMatchObject({ unit: 'B', limit: { value: 100 * GIB, label: 'full' } });
    expect(lines).toEqual(['disks', 'database', 'images', 'queues'].map((part) => `note of ${part}`));
  });

  it('says by name what it cannot read, and fails where that is all', async () => {
    const some = await review({ queues: broken('refused'), database: broken('none', 'NotConfigured') });
    expect(some).toMatchObject({ state: 'failed', toDo: 'Make readable: queues (refused)' });
    expect(some.detail).toContain('NOT KNOWN: queues (refused); not looked: database (none)');
    const most = await review({ disks: [reading('disk /', {})], queues: broken('refused') });
    expect(most).toMatchObject({ state: 'done', toDo: 'Make readable: queues (refused)' });
  });
});
