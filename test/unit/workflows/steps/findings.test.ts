import { ScriptedHost } from '../../../../src/simulate/script/scripted-host';
import type { DiskState, LogTail, Resources } from '../../../../src/shared/observations/files';
import type { StartLog, StartReason } from '../../../../src/shared/observations/service';
import { Incident } from '../../../../src/workflows/incident/incident';
import { noteLog } from '../../../../src/workflows/steps/kingfisher/logs';
import { noteOtherPort } from '../../../../src/workflows/steps/kingfisher/processes';
import { noteResources } from '../../../../src/workflows/steps/resources';
import { noteStart } from '../../../../src/workflows/steps/kingfisher/service';
import { incidentInput } from '../../../support/incidents';

function incident(): Incident {
  return new Incident(
    incidentInput('h1'),
    () => '2026-11-23T10:00:00.000Z',
    () => {},
  );
}

function disk(more: Partial<DiskState> = {}): DiskState {
  const sizes = { totalBytes: 1e9, availableBytes: 254_000_000, usedPercent: 50, inodesUsedPercent: 1 };
  return { path: '/opt/kingfisher/data', mount: '/opt', readOnly: false, ...sizes, full: false, ...more };
}

function resources(...disks: DiskState[]): Resources {
  const memory = { totalBytes: 8e9, availableBytes: 4e9 };
  const oomKills = { evidence: 'present', victims: [] } as const;
  return { memory, disks, dependencyDisks: [], load1: 0, oomKills: { ...oomKills, victims: [] }, observedAt: '' };
}

function log(...lines: string[]): LogTail {
  const path = '/var/log/kingfisher/service.log';
  return { path, evidence: 'present', lines, modifiedAt: '2026-11-23T10:00:00.000Z', sizeBytes: 10 };
}

function found(note: (incident: Incident) => void): string[] {
  const it = incident();
  note(it);
  return it.view.findings.map(({ name, detail }) => `${name}: ${detail}`);
}

describe('what a log says of space', () => {
  const full = disk({ full: true, availableBytes: 0, usedPercent: 100 });
  it.each<[string, string, Resources | undefined, string]>([
    ['is a full disk where one is full', 'OSError: [Errno 28] No space left on device', resources(full), 'DiskFull'],
    ['is no full disk where none is', 'write: ENOSPC', resources(disk()), 'NoSpaceInLog'],
    ['is not known where no disk could be looked at', 'write: ENOSPC', undefined, 'NoSpaceInLog'],
    [
      'is the limit of inotify by its words',
      "Error: ENOSPC: System limit for number of file watchers reached, watch '/opt/kingfisher'",
      resources(disk()),
      'InotifyLimit',
    ],
    [
      'is the limit of inotify beside a full disk too',
      'inotify_add_watch: No space left on device',
      resources(full),
      'InotifyLimit',
    ],
    ['is the limit as Python says it', 'OSError: inotify watch limit reached', resources(disk()), 'InotifyLimit'],
  ])('%s', (_what, line, seen, name) => {
    expect(found((it) => noteLog(it, 'A', log('fine', line), seen))).toEqual([`${name}: service.log: ${line}`]);
  });

  it.each(['OSError: [Errno 30] Read-only file system', 'EROFS: read-only file system, open'])(
    'names a disk that takes no writes: %s',
    (line) => {
      expect(found((it) => noteLog(it, 'A', log(line), resources(disk())))).toEqual([
        `DiskReadOnly: service.log: ${line}`,
      ]);
    },
  );
});

describe('disks', () => {
  it('are named by their mount, with what is left', () => {
    const full = disk({ full: true, availableBytes: 0, usedPercent: 100, inodesUsedPercent: 100 });
    expect(found((it) => noteResources(it, 'A', resources(full)))).toEqual([
      'DiskFull: /opt (holds /opt/kingfisher/data): 100 % used, 0 B free, 100 % of inodes used',
    ]);
  });

  it('that are read-only are a finding, but for a root that is so on purpose', () => {
    const root = disk({ path: '/', mount: '/', readOnly: true });
    expect(found((it) => noteResources(it, 'A', resources(disk({ readOnly: true }), root)))).toEqual([
      'DiskReadOnly: /opt (holds /opt/kingfisher/data) is read-only: nothing can be written there',
    ]);
  });
});

it('names another port on which the service listens', () => {
  const port = { port: 8201, listening: false, owner: null, elsewhere: [{ pid: 42, ports: [8100, 9100] }] };
  expect(found((it) => noteOtherPort(it, 'A', port))).toEqual([
    'OtherPort: KingFisher does not listen on 8201; its pid 42 listens on 8100, 9100',
  ]);
});

describe('the reason of a start', () => {
  const host = new ScriptedHost();
  const log = (reason: StartReason | null): StartLog => {
    return { service: 'kingfisher', evidence: 'present', lines: ['x'], reason };
  };
  it.each<[StartReason['kind'], string]>([
    ['configuration', 'ConfigurationInvalid'],
    ['port', 'PortTaken'],
    ['error', 'StartFailed'],
  ])('of kind %s is a finding %s', async (kind, name) => {
    host.up.kingfisher = false;
    const state = await host.activities().observeService({ service: 'kingfisher' });
    expect(found((it) => noteStart(it, 'A', state, log({ kind, text: 'PORT: no' })))).toEqual([`${name}: PORT: no`]);
  });

  it('is of the past where the service runs, and nothing where there is none', async () => {
    host.up.kingfisher = true;
    const state = await host.activities().observeService({ service: 'kingfisher' });
    expect(found((it) => noteStart(it, 'A', state, log({ kind: 'error', text: 'old' })))).toEqual([]);
    expect(found((it) => noteStart(it, 'A', { ...state, active: 'failed' }, log(null)))).toEqual([]);
  });
});
