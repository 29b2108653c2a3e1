import { configOf, problemsOf } from './support';

interface Parts {
  dataDir?: string;
  kingfisher?: string;
  backup?: string;
}

function file({ dataDir = '/srv/kingfisher', kingfisher = '', backup = '{}' }: Parts): string {
  const own = `installDir: /opt/kingfisher, dataDir: ${dataDir}, ${kingfisher}`;
  return `agent: {host: h1, kingfisher: {${own}}, backup: ${backup}}`;
}

function problem(parts: Parts): string {
  const lines = problemsOf(file(parts));
  expect(lines).toHaveLength(1);
  return lines[0]!.replace('halcyon.yaml: agent.', '');
}

const settings = {
  root: '/var/backups/kingfisher',
  layout: 'YYYY/MM/DD',
  keepCount: 3,
  keepForMs: 14 * 86_400_000,
  reserveBytes: 512 * 1024 ** 2,
};

it('is none where nothing is written, and has defaults for everything', () => {
  expect(configOf(file({ backup: 'null' })).agent!.backup).toBeNull();
  expect(configOf(file({})).agent!.backup).toEqual(settings);
});

it('takes what is written', () => {
  const { backup } = configOf(file({ backup: '{root: /srv/backups/, keepFor: 2d}' })).agent!;
  expect(backup).toEqual({ ...settings, root: '/srv/backups', keepForMs: 2 * 86_400_000 });
});

describe('the backup root', () => {
  it.each([
    ['/srv/kingfisher', '/srv/kingfisher'],
    ['/srv/kingfisher/backups', '/srv/kingfisher'],
    ['/srv/all', '/srv/all/kingfisher'],
    ['/srv/pictures/backups', '/srv/kingfisher'],
  ])('cannot be %s beside data in %s', (root, dataDir) => {
    const line = problem({ dataDir, kingfisher: 'imagesDir: /srv/pictures', backup: `{root: ${root}}` });
    expect(line).toMatch(/^backup\.root: must lie outside of /);
  });

  it('may begin with the same letters as dataDir', () => {
    const { agent } = configOf(file({ backup: '{root: /srv/kingfisher-backups}' }));
    expect(agent!.backup!.root).toBe('/srv/kingfisher-backups');
  });

  it.each(['/tmp/kingfisher-backup', '/tmp/kingfisher-x/y'])('cannot be %s, which a clean-up removes', (root) => {
    expect(problem({ backup: `{root: ${root}}` })).toContain('would reach');
  });
});

describe('the layout of images', () => {
  it.each(['flat', 'YYYY-MM-DD', 'by-day/YYYY/MM/DD', 'YYYYMMDD'])('may be %s', (layout) => {
    expect(configOf(file({ backup: `{layout: ${layout}}` })).agent!.backup!.layout).toBe(layout);
  });

  it.each(['', 'YYYY/MM', 'yyyy/mm/dd', '/YYYY/MM/DD', 'YYYY/MM/DD/', '../YYYY/MM/DD', 'YYYY/*/MM/DD', '%Y/%m/%d'])(
    'cannot be %j',
    (layout) => {
      const line = problem({ backup: `{layout: "${layout}"}` });
      expect(line).toMatch(/^backup\.layout: expected "flat", or the path of a day's folder/);
    },
  );
});

describe.each(['null', '{}'])('images, with backup %s,', (backup) => {
  it('are below dataDir unless it says else', () => {
    expect(configOf(file({ backup })).agent!.kingfisher.imagesDir).toBe('/srv/kingfisher/images');
    const { agent } = configOf(file({ backup, kingfisher: 'imagesDir: /srv/pictures/' }));
    expect(agent!.kingfisher.imagesDir).toBe('/srv/pictures');
  });

  it.each(['/srv/kingfisher/images', '/srv/kingfisher/images/', '/srv/kingfisher/all'])(
    'are no temporary files: tempDirs cannot have %s',
    (tempDir) => {
      const images = tempDir.endsWith('all') ? ', imagesDir: /srv/kingfisher/all/images' : '';
      expect(problem({ backup, kingfisher: `tempDirs: [${tempDir}]${images}` })).toContain(
        'kingfisher.tempDirs[0]: a clean-up of it would reach the images',
      );
    },
  );

  it('may have a folder of temporary files among them', () => {
    expect(configOf(file({ backup, kingfisher: 'tempDirs: [/srv/kingfisher/images/temp]' })).agent).not.toBeNull();
  });

  it('cannot be reached by a clean-up of other temporary folders', () => {
    const line = problem({ backup, kingfisher: 'imagesDir: /tmp/kingfisher-images' });
    expect(line).toBe(
      'kingfisher.tempElsewhere[0]: a clean-up of /tmp/kingfisher-* would reach /tmp/kingfisher-images',
    );
  });
});

describe('temporary files elsewhere', () => {
  const elsewhere = (folder: string, prefix: string) => ({
    kingfisher: `tempElsewhere: [{folder: "${folder}", prefix: "${prefix}"}]`,
  });

  it.each(['/', '/etc', '/var', 'tmp', ''])('cannot be in %j', (folder) => {
    expect(problem(elsewhere(folder, 'kingfisher-'))).toMatch(/^kingfisher\.tempElsewhere\[0\]\.folder: /);
  });

  it.each(['', 'a', '*', '..', '.hidden', 'a/b-c', 'king*'])('cannot begin with %j', (prefix) => {
    expect(problem(elsewhere('/tmp', prefix))).toMatch(/^kingfisher\.tempElsewhere\[0\]\.prefix: /);
  });

  it('cannot be in the folder of the backups', () => {
    const line = problem({ ...elsewhere('/srv/backups/a', 'kingfisher-'), backup: '{root: /srv/backups}' });
    expect(line).toBe(
      'kingfisher.tempElsewhere[0]: a clean-up of /srv/backups/a/kingfisher-* would reach /srv/backups',
    );
  });

  it('cannot reach the data', () => {
    const line = problem({ ...elsewhere('/var/tmp', 'kingfisher-'), dataDir: '/var/tmp/kingfisher-data' });
    expect(line).toBe(
      'kingfisher.tempElsewhere[0]: a clean-up of /var/tmp/kingfisher-* would reach /var/tmp/kingfisher-data',
    );
  });
});
