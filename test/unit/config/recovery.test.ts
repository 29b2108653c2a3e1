import type { RecoverySettings } from '../../../src/host/settings';
import { configOf, problemsOf } from './support';

function file(recovery: string, dataDir = '/srv/kingfisher'): string {
  return `agent: {host: h1, kingfisher: {installDir: /opt/kingfisher, dataDir: ${dataDir}}, recovery: ${recovery}}`;
}

function problem(recovery: string, dataDir?: string): string {
  const lines = problemsOf(file(recovery, dataDir));
  expect(lines).toHaveLength(1);
  return lines[0]!.replace('halcyon.yaml: agent.recovery.', '');
}

const settings: RecoverySettings = {
  backup: {
    root: '/var/backups/kingfisher',
    images: '/srv/kingfisher/images',
    layout: 'YYYY/MM/DD',
    keepCount: 3,
    keepForMs: 14 * 86_400_000,
    reserveBytes: 512 * 1024 ** 2,
  },
  owner: { user: 'kingfisher', group: 'kingfisher' },
  permissionsLimit: 10_000,
  permissionsApprovedLimit: 1_000_000,
  temporary: [{ folder: '/tmp', prefix: 'kingfisher-' }],
  rateLimits: { database: 1, prefix: 'ratelimit:' },
  exchanges: [],
};

it('is none where nothing is written, and has defaults for everything', () => {
  expect(configOf(file('null')).agent!.recovery).toBeNull();
  expect(configOf(file('{}')).agent!.recovery).toEqual(settings);
});

it('takes what is written', () => {
  const written = '{backup: {root: /srv/backups/, images: /srv/pictures, keepFor: 2d}, exchanges: [kingfisher.events]}';
  expect(configOf(file(written)).agent!.recovery).toEqual({
    ...settings,
    backup: { ...settings.backup, root: '/srv/backups', images: '/srv/pictures', keepForMs: 2 * 86_400_000 },
    exchanges: ['kingfisher.events'],
  });
});

describe('the backup root', () => {
  it.each([
    ['/srv/kingfisher', '/srv/kingfisher'],
    ['/srv/kingfisher/backups', '/srv/kingfisher'],
    ['/srv/all', '/srv/all/kingfisher'],
    ['/srv/pictures/backups', '/srv/kingfisher'],
  ])('cannot be %s beside data in %s', (root, dataDir) => {
    const line = problem(`{backup: {root: ${root}, images: /srv/pictures}}`, dataDir);
    expect(line).toMatch(/^backup\.root: must lie outside of /);
  });

  it('may begin with the same letters as dataDir', () => {
    const { agent } = configOf(file('{backup: {root: /srv/kingfisher-backups}}'));
    expect(agent!.recovery!.backup.root).toBe('/srv/kingfisher-backups');
  });

  it.each(['/tmp/kingfisher-backup', '/tmp/kingfisher-x/y'])('cannot be %s, which a clean-up removes', (root) => {
    expect(problem(`{backup: {root: ${root}}}`)).toContain('would reach');
  });
});

describe('the layout of images', () => {
  it.each(['flat', 'YYYY-MM-DD', 'by-day/YYYY/MM/DD', 'YYYYMMDD'])('may be %s', (layout) => {
    expect(configOf(file(`{backup: {layout: ${layout}}}`)).agent!.recovery!.backup.layout).toBe(layout);
  });

  it.each(['', 'YYYY/MM', 'yyyy/mm/dd', '/YYYY/MM/DD', 'YYYY/MM/DD/', '../YYYY/MM/DD', 'YYYY/*/MM/DD', '%Y/%m/%d'])(
    'cannot be %j',
    (layout) => {
      const line = problem(`{backup: {layout: "${layout}"}}`);
      expect(line).toMatch(/^backup\.layout: expected "flat", or the path of a day's folder/);
    },
  );
});

describe('images', () => {
  it.each(['/srv/kingfisher/images', '/srv/kingfisher/images/', '/srv/kingfisher/all'])(
    'are no temporary files: tempDirs cannot have %s',
    (tempDir) => {
      const kingfisher = `{installDir: /opt/kingfisher, dataDir: /srv/kingfisher, tempDirs: [${tempDir}]}`;
      const images = tempDir.endsWith('all') ? '{backup: {images: /srv/kingfisher/all/images}}' : '{}';
      const lines = problemsOf(`agent: {host: h1, kingfisher: ${kingfisher}, recovery: ${images}}`);
      expect(lines).toEqual([
        expect.stringContaining('agent.kingfisher.tempDirs[0]: a clean-up of it would reach the images'),
      ]);
    },
  );

  it('may have a folder of temporary files among them', () => {
    const kingfisher =
      '{installDir: /opt/kingfisher, dataDir: /srv/kingfisher, tempDirs: [/srv/kingfisher/images/temp]}';
    expect(configOf(`agent: {host: h1, kingfisher: ${kingfisher}, recovery: {}}`).agent!.recovery).not.toBeNull();
  });

  it('cannot be reached by a clean-up of other temporary folders', () => {
    const line = problem('{backup: {images: /tmp/kingfisher-images}}');
    expect(line).toBe('temporary[0]: a clean-up of /tmp/kingfisher-* would reach /tmp/kingfisher-images');
  });
});

describe('temporary files', () => {
  it.each(['/', '/etc', '/var', 'tmp', ''])('cannot be in %j', (folder) => {
    expect(problem(`{temporary: [{folder: "${folder}", prefix: kingfisher-}]}`)).toMatch(/^temporary\[0\]\.folder: /);
  });

  it.each(['', 'a', '*', '..', '.hidden', 'a/b-c', 'king*'])('cannot begin with %j', (prefix) => {
    expect(problem(`{temporary: [{folder: /tmp, prefix: "${prefix}"}]}`)).toMatch(/^temporary\[0\]\.prefix: /);
  });

  it('cannot be in the folder of the backups', () => {
    const line = problem('{backup: {root: /srv/backups}, temporary: [{folder: /srv/backups/a, prefix: kingfisher-}]}');
    expect(line).toBe('temporary[0]: a clean-up of /srv/backups/a/kingfisher-* would reach /srv/backups');
  });

  it('cannot reach the data', () => {
    const line = problem('{temporary: [{folder: /var/tmp, prefix: kingfisher-}]}', '/var/tmp/kingfisher-data');
    expect(line).toBe('temporary[0]: a clean-up of /var/tmp/kingfisher-* would reach /var/tmp/kingfisher-data');
  });
});

it.each(['*', 'rate*', '', 'a b'])('rate limits cannot begin with %j', (prefix) => {
  expect(problem(`{rateLimits: {prefix: "${prefix}"}}`)).toMatch(/^rateLimits\.prefix: /);
});
