import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { linesOfWindow } from '../../../../src/host/logs/log-since';
import { readFileWindow, readJournalWindow } from '../../../../src/host/logs/window';
import type { Command } from '../../../../src/host/programs/commands';
import { useTempFolder } from '../support/temp-folder';

const SINCE = Date.parse('2026-11-23T10:00:00Z');
const folder = useTempFolder();
const MINUTES_5 = 300_000;
const at = (agoMs: number) => new Date(Date.now() - agoMs).toISOString();

describe('the lines of a window', () => {
  it('are those of its time, each with what follows it without a time', () => {
    const lines = ['2026-11-23T09:00:00Z old', 'of the old', '2026-11-23T10:00:01Z young', 'of the young'];
    expect(linesOfWindow(lines, SINCE, false)).toEqual({ lines: lines.slice(2), isAll: true, isDated: true });
  });

  it('are not all of them where what was read does not go back before it', () => {
    const lines = ['2026-11-23T10:00:01Z young'];
    expect(linesOfWindow(lines, SINCE, false)).toMatchObject({ lines, isAll: false });
    expect(linesOfWindow(lines, SINCE, true)).toMatchObject({ lines, isAll: true });
  });

  it('are unknown where no line has a time', () => {
    expect(linesOfWindow(['a', 'b'], SINCE, true)).toEqual({ lines: ['a', 'b'], isAll: false, isDated: false });
    expect(linesOfWindow([], SINCE, true)).toEqual({ lines: [], isAll: true, isDated: true });
  });
});

describe('a log file', () => {
  it('gives the lines of its last minutes', async () => {
    const file = folder.path('service.log');
    const young = `${at(60_000)} ERROR young`;
    await writeFile(file, `${at(600_000)} ERROR old\n${young}\n  at stack\n`);
    const window = await readFileWindow(file, MINUTES_5);
    expect(window).toMatchObject({ evidence: 'present', lines: [young, '  at stack'], partial: '' });
  });

  it('without times gives its last lines, and says so; none where it was not written in that time', async () => {
    const file = folder.path('service.log');
    await writeFile(file, 'ERROR one\nERROR two\n');
    const window = await readFileWindow(file, MINUTES_5);
    expect(window).toMatchObject({ lines: ['ERROR one', 'ERROR two'], partial: expect.stringContaining('no time') });
    const old = new Date(Date.now() - 600_000);
    await utimes(file, old, old);
    expect(await readFileWindow(file, MINUTES_5)).toMatchObject({ lines: [], partial: '' });
  });

  it('that is longer than what is read says so', async () => {
    const file = folder.path('service.log');
    await writeFile(file, `${at(1_000)} ERROR ${'x'.repeat(200)}\n`.repeat(6_000));
    const window = await readFileWindow(file, MINUTES_5);
    expect(window.partial).toMatch(/^only its last \d+ lines were read$/);
  });

  it('that is missing, a folder or a link is no log without errors', async () => {
    await mkdir(folder.path('folder'));
    await writeFile(folder.path('there'), 'ERROR\n');
    await symlink(folder.path('there'), folder.path('link'));
    const evidence = async (name: string) => (await readFileWindow(folder.path(name), MINUTES_5)).evidence;
    expect(await evidence('none')).toBe('absent');
    expect(await evidence('folder')).toBe('malformed');
    expect(await evidence('link')).toBe('malformed');
  });
});

describe('a journal', () => {
  const asked: Command[] = [];
  const answering =
    (stdout: string, exitCode = 0) =>
    async (command: Command) => {
      asked.push(command);
      const ended = {
        signal: null,
        timedOut: false,
        truncated: false,
        stderr: exitCode === 0 ? '' : 'no',
        durationMs: 1,
      };
      return { ...ended, exitCode, stdout };
    };

  it('is asked for the unit and the window, oldest first', async () => {
    const entry = (text: string) => JSON.stringify({ MESSAGE: text, __REALTIME_TIMESTAMP: '1795428001000000' });
    const window = await readJournalWindow('k.service', MINUTES_5, answering(`${entry('b')}\n${entry('a')}\n`));
    expect(window).toMatchObject({ path: 'journal of k.service', evidence: 'present', lines: ['a', 'b'], partial: '' });
    const { args } = asked.at(-1)!;
    expect(args).toEqual(expect.arrayContaining(['_SYSTEMD_UNIT=k.service', '--output-fields=MESSAGE']));
    expect(args.find((word) => word.startsWith('--since=@'))).toBeDefined();
  });

  it('that cannot be read is not one without errors', async () => {
    expect(await readJournalWindow('k.service', MINUTES_5, answering('', 2))).toBeUndefined();
  });
});
