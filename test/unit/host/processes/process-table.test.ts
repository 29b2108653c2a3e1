import { spawn } from 'node:child_process';
import { findProcess, listProcesses } from '../../../../src/host/processes/process-table';
import { parsePs } from '../../../../src/host/processes/process-table-ps';

describe('process table', () => {
  it('names a process by its start time, arguments and folder', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e3)', 'a b', ''], {
      cwd: '/',
      stdio: 'ignore',
    });
    try {
      const record = await findProcess(child.pid!);
      expect(record).toMatchObject({ parent: process.pid, uid: process.getuid?.(), cwd: '/' });
      expect(record?.argv.slice(1)).toEqual(['-e', 'setInterval(() => {}, 1e3)', 'a b', '']);
      expect(Math.abs(Date.parse(record!.startedAt!) - Date.now())).toBeLessThan(15_000);
      expect((await listProcesses()).find(({ pid }) => pid === child.pid)?.startTime).toBe(record?.startTime);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('does not know a pid that is nobody', async () => {
    expect(await findProcess(2 ** 22 + 1)).toBeUndefined();
  });

  it('reads ps where there is no /proc', () => {
    const [record, ...rest] = parsePs(
      '  501     1   501 Ss    501  2048 Mon Nov 23 21:43:09 2026     /usr/bin/node server.js --port 1\nnonsense\n',
    );
    expect(rest).toEqual([]);
    expect(record).toMatchObject({ pid: 501, parent: 1, group: 501, state: 'S', uid: 501, rssBytes: 2048 * 1024 });
    expect(record?.argv).toEqual(['/usr/bin/node', 'server.js', '--port', '1']);
    expect(record?.startedAt).toBe(new Date('2026-11-23T21:43:09').toISOString());
  });
});
