import { execFileSync } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { isStale, readLogTail } from '../../../../src/host/logs/log-tail';
import { createRedactor } from '../../../../src/host/redact';
import { useTempFolder } from '../support/temp-folder';

const redact = createRedactor([]);
const folder = useTempFolder();
const log = () => folder.path('service.log');

async function linesOf(content: string | Buffer, lines: number): Promise<string[]> {
  await writeFile(log(), content);
  const tail = await readLogTail(log(), lines, redact);
  expect(tail.evidence).toBe('present');
  return tail.lines;
}

describe('readLogTail', () => {
  it('gives the last lines, with or without a closing line feed', async () => {
    expect(await linesOf('a\nb\nc\n', 2)).toEqual(['b', 'c']);
    expect(await linesOf('a\nb\nc', 2)).toEqual(['b', 'c']);
    expect(await linesOf('a\nb\n', 50)).toEqual(['a', 'b']);
    expect(await linesOf('', 50)).toEqual([]);
    expect(await linesOf('a\n\n', 2)).toEqual(['a', '']);
  });

  it('finds the end of a file that is larger than what it reads', async () => {
    const many = Array.from({ length: 200_000 }, (_, at) => `line ${at}`).join('\n');
    expect(await linesOf(many, 3)).toEqual(['line 199997', 'line 199998', 'line 199999']);
  });

  it('cuts long lines and keeps the newest within the limit', async () => {
    const lines = await linesOf(`${'x'.repeat(3_000_000)}\n${'y'.repeat(1_000)}\nlast\n`, 3);
    expect(lines.at(-1)).toBe('last');
    expect(lines.at(-2)).toHaveLength(300);
    const full = await linesOf(Array.from({ length: 200 }, (_, at) => `${at} ${'z'.repeat(280)}`).join('\n'), 200);
    expect(full.join('\n').length).toBeLessThanOrEqual(8 * 1024);
    expect(full.at(-1)).toMatch(/^199 /);
  });

  it('masks before it cuts', async () => {
    const [line] = await linesOf(`${'x'.repeat(285)} password=hunter22hunter22`, 1);
    expect(line).not.toContain('hunter');
  });

  it('skips the zeros of a log that was truncated under its writer', async () => {
    await writeFile(log(), 'alive\n');
    await truncate(log(), 0);
    await truncate(log(), 100_000);
    expect(await linesOf(Buffer.concat([Buffer.alloc(100_000), Buffer.from('alive\n')]), 5)).toEqual(['alive']);
  });

  it('calls a missing file absent', async () => {
    expect(await readLogTail(log(), 5, redact)).toMatchObject({ evidence: 'absent', lines: [], modifiedAt: null });
    expect(await readLogTail(folder.path('no', 'such'), 5, redact)).toMatchObject({ evidence: 'absent' });
  });

  it('calls a link, a folder and a pipe malformed, and does not wait for the pipe', async () => {
    await writeFile(folder.path('secret'), 'root only\n');
    await symlink(folder.path('secret'), folder.path('link'));
    await mkdir(folder.path('folder'));
    execFileSync('mkfifo', [folder.path('pipe')]);
    for (const name of ['link', 'folder', 'pipe']) {
      expect(await readLogTail(folder.path(name), 5, redact)).toMatchObject({ evidence: 'malformed', lines: [] });
    }
  });
});

describe('isStale', () => {
  const now = new Date('2026-01-01T12:00:00Z');
  it.each([
    ['2026-01-01T11:59:00Z', '2026-01-01T11:00:00Z', false],
    ['2026-01-01T10:58:00Z', null, true],
    ['2026-01-01T11:49:00Z', '2026-01-01T11:50:00Z', true],
    ['2026-01-01T11:49:59Z', '2026-01-01T11:50:00Z', false],
  ])('written %s, started %s: %s', (modifiedAt, startedAt, stale) => {
    expect(isStale(modifiedAt, startedAt, now)).toBe(stale);
  });
});
