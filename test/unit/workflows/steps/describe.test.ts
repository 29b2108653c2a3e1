import type { SubjectCondition } from '../../../../src/shared/timeline';
import type { DependencyState, EndpointState, HealthState } from '../../../../src/shared/observations/probes';
import type { Resources } from '../../../../src/shared/observations/files';
import type { ServiceState } from '../../../../src/shared/observations/service';
import type { HealthVerdict } from '../../../../src/shared/observations/readings';
import { describeConfiguration } from '../../../../src/workflows/steps/obstacles';
import { describeDependency } from '../../../../src/workflows/steps/dependencies';
import { describeFiles } from '../../../../src/workflows/steps/files';
import { describeHealth, describeVerdict } from '../../../../src/workflows/steps/kingfisher/health';
import { describeLog } from '../../../../src/workflows/steps/kingfisher/logs';
import { describePort, describeProcesses } from '../../../../src/workflows/steps/kingfisher/processes';
import { describeResources } from '../../../../src/workflows/steps/resources';
import { describeRestart, describeService, describeStarts } from '../../../../src/workflows/steps/kingfisher/service';
import { serviceState } from '../../activities/support/host';

const AT = '2026-11-23T10:00:00.123Z';

const service = (overrides: Partial<ServiceState> = {}) =>
  serviceState({ invocation: '0123456789abcdef', startedAt: AT, observedAt: AT, ...overrides });

const dead = service({ active: 'failed', sub: 'failed', result: 'exit-code', exitStatus: 3, mainPid: null });
const ok: EndpointState = { answer: 'ok', status: 200, latencyMs: 2, detail: '' };
const refused: EndpointState = { answer: 'refused', status: null, latencyMs: 1, detail: 'ECONNREFUSED' };
const unwell: HealthState = {
  health: ok,
  ready: { ...ok, answer: 'unhealthy', status: 503 },
  failingChecks: ['redis: refused', 'postgres: timeout'],
  unchecked: ['redis', 'postgres'],
  observedAt: AT,
};
const DISK = {
  mount: '/',
  path: '/',
  totalBytes: 1,
  availableBytes: 512,
  usedPercent: 99,
  inodesUsedPercent: 1,
  full: false,
  readOnly: false,
};
const well: HealthState = { ...unwell, ready: ok, failingChecks: [] };

describe('a service', () => {
  it.each<[ServiceState, string]>([
    [service(), 'kingfisher.service active/running, pid 42 since 2026-11-23T10:00:00Z'],
    [dead, 'kingfisher.service failed/failed (exit-code, status 3)'],
    [service({ load: 'masked' }), 'kingfisher.service is masked'],
  ])('%#', (state, told) => {
    expect(describeService(state)).toBe(told);
  });

  it('that was restarted names both starts', () => {
    const before = { ...dead, invocation: '' };
    expect(describeRestart({ before, after: service(), changed: true, notes: [] })).toBe(
      'failed [never started] → kingfisher.service active/running, pid 42 since 2026-11-23T10:00:00Z [01234567]',
    );
  });

  it('tells its last starts, or that nobody knows them', () => {
    const startedAt = Array.from({ length: 7 }, (_, i) => `2026-11-23T10:00:0${i}.000Z`);
    const last = '10:00:02, 10:00:03, 10:00:04, 10:00:05, 10:00:06';
    expect(describeStarts({ evidence: 'present', startedAt })).toBe(`7 in the last hour: ${last}`);
    expect(describeStarts({ evidence: 'present', startedAt: [] })).toBe('none in the last hour');
    expect(describeStarts({ evidence: 'absent', startedAt: [] })).toEqual({
      status: 'notSo',
      detail: 'start history absent',
    });
  });
});

describe('processes, port, log', () => {
  it('show five processes and count the rest', () => {
    const one = { pid: 7, user: 'k', state: 'S', startedAt: null, rssBytes: 1, command: 'kf' };
    expect(describeProcesses({ processes: Array.from({ length: 6 }, () => one), more: 3 })).toBe(
      `${Array.from({ length: 5 }, () => '7 S kf').join('; ')}; and 4 more`,
    );
    expect(describeProcesses({ processes: [], more: 0 })).toEqual({ status: 'notSo', detail: 'none' });
  });

  it('say who listens', () => {
    expect(describePort({ port: 8201, listening: true, owner: { pid: 7, command: 'kf' }, elsewhere: [] })).toBe(
      'listening: pid 7 kf',
    );
    expect(describePort({ port: 8201, listening: true, owner: null, elsewhere: [] })).toBe('listening');
    expect(describePort({ port: 8201, listening: false, owner: null, elsewhere: [] })).toEqual({
      status: 'notSo',
      detail: 'nobody listens on 8201',
    });
  });

  it('quote the last three lines, and how old they are', () => {
    const log = { path: '/l', evidence: 'stale' as const, lines: ['a', 'b', 'c', 'd'], modifiedAt: AT, sizeBytes: 8 };
    expect(describeLog(log)).toBe('/l: 4 lines, last written 2026-11-23T10:00:00Z (stale). Last: b ⏎ c ⏎ d');
    expect(describeLog({ ...log, lines: [], evidence: 'absent' })).toEqual({ status: 'notSo', detail: '/l: absent' });
  });
});

describe('resources', () => {
  const resources: Resources = {
    memory: { totalBytes: 8 * 1024 ** 3, availableBytes: 1.5 * 1024 ** 3 },
    disks: [{ ...DISK, full: true }],
    dependencyDisks: [{ ...DISK, path: '/var/lib/redis', readOnly: true }],
    load1: 0.5,
    oomKills: { evidence: 'present', victims: ['kf'] },
    observedAt: AT,
  };

  it('are told with their units, what is full and who was killed', () => {
    expect(describeResources(resources)).toBe(
      'memory 1.5 GiB of 8.0 GiB available; disk / 99 % used, 512 B free (full), ' +
        '/var/lib/redis 99 % used, 512 B free (read-only); load 0.5; killed for memory: kf',
    );
  });

  it('tell what a clean-up freed', () => {
    const change = { before: { files: 9, bytes: 2_048 }, after: { files: 0, bytes: 0 }, changed: true, notes: [] };
    expect(describeFiles(change)).toBe('9 files, 2.0 KiB → 0 files, 0 B');
  });
});

describe('health', () => {
  it('is good only when both answer well', () => {
    expect(describeHealth(well)).toEqual({ status: 'done', detail: '/health 200, /ready 200', condition: 'well' });
    expect(describeHealth(unwell)).toEqual({
      status: 'notSo',
      detail: '/health 200, /ready 503 (redis: refused; postgres: timeout)',
      condition: 'notReady',
    });
    expect(describeHealth({ ...well, health: refused })).toMatchObject({
      detail: '/health refused, /ready 200',
      condition: 'down',
    });
  });

  it.each<[HealthVerdict['ended'], SubjectCondition, string]>([
    [
      'deadline',
      'notReady',
      'not healthy in time, 30 s later: /health 200, /ready 503 (redis: refused; postgres: timeout)',
    ],
    [
      'notRunning',
      'down',
      'the service does not run, 30 s later: /health 200, /ready 503 (redis: refused; postgres: timeout)',
    ],
  ])('that did not come (%s) says why and after how long', (ended, condition, detail) => {
    const verdict: HealthVerdict = {
      holds: false,
      since: null,
      heldMs: 0,
      ended,
      waitedMs: 30_000,
      last: unwell,
    };
    expect(describeVerdict(verdict)).toEqual({ status: 'notSo', detail, condition });
  });

  it('that held says since when', () => {
    const verdict: HealthVerdict = {
      holds: true,
      since: AT,
      heldMs: 5_000,
      ended: 'held',
      waitedMs: 5_000,
      last: well,
    };
    const detail = 'healthy since 10:00:00.123, and stayed so';
    expect(describeVerdict(verdict)).toEqual({ status: 'done', detail, condition: 'well' });
  });
});

describe('a dependency and the configuration', () => {
  const state: DependencyState = {
    dependency: 'redis',
    condition: 'well',
    why: '',
    endpoint: ok,
    management: null,
    unit: null,
    disk: null,
    observedAt: AT,
  };

  it('answers, or tells what it said beside its unit', () => {
    expect(describeDependency({ ...state, management: ok })).toBe('answers in 2 ms; management 200');
    expect(describeDependency({ ...state, disk: { ...DISK, full: true } })).toBe(
      'answers in 2 ms; / 99 % used, 512 B free (full)',
    );
    const why = 'refused: ECONNREFUSED';
    expect(describeDependency({ ...state, condition: 'down', why, endpoint: refused, unit: dead })).toEqual({
      status: 'notSo',
      detail: 'down: refused: ECONNREFUSED; kingfisher.service failed/failed (exit-code, status 3)',
    });
  });

  it('is valid, is not, or could not be checked', () => {
    expect(describeConfiguration({ evidence: 'present', valid: true, output: '' })).toBe('valid');
    expect(describeConfiguration({ evidence: 'present', valid: false, output: 'bad key' })).toEqual({
      status: 'notSo',
      detail: 'bad key',
    });
    expect(describeConfiguration({ evidence: 'absent', valid: true, output: 'no program' })).toEqual({
      status: 'notSo',
      detail: 'could not be checked (absent): no program',
    });
  });
});
