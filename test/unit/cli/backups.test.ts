import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createBackupsCommand } from '../../../src/cli/backups';
import { UsageError } from '../../../src/cli/support/usage';
import { makeBackup } from '../../../src/host/backup/make';
import { openBackups } from '../../../src/host/backup/open';
import { DAY, ID, NAME, contentOf, dayFolder, putImages, backupSettings } from '../host/backup/support';
import { useTempFolder } from '../host/support/temp-folder';

const folder = useTempFolder();
let said: string;
let exitCode: typeof process.exitCode;

beforeEach(async () => {
  said = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  ({ exitCode } = process);
  process.exitCode = undefined;
  await writeConfig(`\n  backup: { root: ${folder.path('backups')}, reserve: 1B }`);
  await putImages(folder.path(), { 'a.jpg': 'one', 'b.jpg': 'two' });
});
afterEach(() => {
  process.exitCode = exitCode;
  jest.restoreAllMocks();
});

async function writeConfig(backup: string): Promise<void> {
  const owner = 'owner: { user: nobody, group: nogroup }';
  const kingfisher = `installDir: /opt/kf, dataDir: /opt/kf/data, imagesDir: ${folder.path('images')}, ${owner}`;
  const agent = `agent:\n  host: h1\n  kingfisher: { ${kingfisher} }`;
  await writeFile(folder.path('halcyon.yaml'), `hosts:\n  h1: {}\n${agent}${backup}\n`);
}

const backUp = async () => await makeBackup(backupSettings(folder.path()), { id: ID, day: DAY, host: 'h1' });
const damage = async () => await writeFile(folder.path('backups', NAME, 'files/a.jpg'), 'ONE');

async function backups(...args: string[]): Promise<string> {
  said = '';
  const all = [...args, '--config', folder.path('halcyon.yaml')];
  await createBackupsCommand(openBackups).parseAsync(all, { from: 'user' });
  return said;
}

describe('halcyon backups', () => {
  it('lists them as a table or JSON', async () => {
    expect(await backups('list')).toBe('no backups\n');
    await backUp();
    const [head, row] = (await backups('list')).split('\n');
    expect(head).toMatch(/^MADE +STATE +FILES +SIZE +ID$/);
    expect(row).toMatch(new RegExp(`^\\d{4}-\\S+Z  complete  2      6 B   ${ID}$`));
    expect(JSON.parse(await backups('list', '--json'))).toMatchObject([{ id: ID, state: 'complete', bytes: 6 }]);
    expect(process.exitCode).toBeUndefined();
  });

  it('verifies: 0 for a good one, 1 and what is wrong for a damaged one', async () => {
    await backUp();
    expect(await backups('verify', ID)).toMatch(/^good: /);
    expect(process.exitCode).toBeUndefined();
    await damage();
    expect(await backups('verify', ID)).toMatch(/^damaged, 1 bad files: .*\n {2}a\.jpg: has another content\n$/);
    expect(process.exitCode).toBe(1);
    expect(JSON.parse(await backups('verify', ID, '--json'))).toMatchObject({ good: false, bad: 1 });
  });

  it('restores; a dry run only says what it would do', async () => {
    await backUp();
    await rm(path.join(dayFolder(folder.path()), 'a.jpg'));
    expect(await backups('restore', ID, '--dry-run')).toMatch(/would restore +1 files, 3 B/);
    expect(await contentOf(dayFolder(folder.path()))).toEqual({ 'b.jpg': 'two' });
    expect(await backups('restore', ID)).toMatch(/restored +1 files, 3 B\nas in the backup +1\n/);
    expect(await contentOf(dayFolder(folder.path()))).toEqual({ 'a.jpg': 'one', 'b.jpg': 'two' });
    const json = await backups('restore', ID, '--to', folder.path('there'), '--json');
    expect(JSON.parse(json)).toMatchObject({ target: folder.path('there'), restored: 2 });
    expect(process.exitCode).toBeUndefined();
  });

  it('ends with 1 where a damaged backup keeps it from restoring', async () => {
    await backUp();
    await damage();
    expect(await backups('restore', ID)).toMatch(/nothing was restored\n$/);
    expect(process.exitCode).toBe(1);
  });

  it('ends with wrong usage for an unknown or unsafe id, a bad folder, and a host without backups', async () => {
    await backUp();
    await expect(backups('verify', 'other')).rejects.toThrow(UsageError);
    await expect(backups('verify', '../x')).rejects.toThrow(UsageError);
    await expect(backups('restore', ID, '--to', 'relative')).rejects.toThrow(UsageError);
    await writeConfig('');
    await expect(backups('list')).rejects.toThrow(/agent\.backup is not configured/);
  });
});
