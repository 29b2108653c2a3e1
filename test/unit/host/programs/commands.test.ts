import { describeEnd, runCommand } from '../../../../src/host/programs/commands';
import { CommandNotStarted } from '../../../../src/host/programs/program';
import { findProcess, isAlive } from '../../../../src/host/processes/process-table';
import { waitFor } from '../../../support/wait-for';

const node = (script: string, more: Partial<Parameters<typeof runCommand>[0]> = {}) =>
  runCommand({ program: process.execPath, args: ['-e', script], timeoutMs: 20_000, ...more });

async function hasEnded(pid: number): Promise<boolean> {
  const record = await findProcess(pid);
  return record === undefined || !isAlive(record);
}

describe('runCommand', () => {
  it('gives exit code and both outputs', async () => {
    const result = await node(`console.log('out'); console.error('err'); process.exit(3)`);
    expect(result).toMatchObject({ exitCode: 3, signal: null, timedOut: false, truncated: false });
    expect([result.stdout, result.stderr]).toEqual(['out\n', 'err\n']);
  });

  it('passes arguments as they are, without a shell', async () => {
    const args = ['-e', 'console.log(process.argv[1])', '$(id); `id` | "x" *'];
    const { stdout } = await runCommand({ program: process.execPath, args, timeoutMs: 20_000 });
    expect(stdout).toBe('$(id); `id` | "x" *\n');
  });

  it('inherits nothing but a minimal environment', async () => {
    process.env.HALCYON_TEST_SECRET = 'leak';
    try {
      const { stdout } = await node('console.log(Object.keys(process.env).sort().join())', { env: { MORE: '1' } });
      expect(stdout.trim()).toBe('LANG,LC_ALL,MORE,PATH');
    } finally {
      delete process.env.HALCYON_TEST_SECRET;
    }
  });

  it('has no input to wait for', async () => {
    expect(await runCommand({ program: '/bin/cat', args: [], timeoutMs: 5_000 })).toMatchObject({ exitCode: 0 });
  });

  it('gives it what it shall read, as it is', async () => {
    const input = `$(id) "x" {\n`;
    expect(await runCommand({ program: '/bin/cat', args: [], timeoutMs: 5_000, input })).toMatchObject({
      stdout: input,
    });
  });

  it('tells how one ended that does not read its input', async () => {
    const ended = await node('process.exit(3)', { input: 'x'.repeat(1_000_000) });
    expect(ended).toMatchObject({ exitCode: 3, timedOut: false });
  });

  it('keeps the first bytes of a flood and lets it end', async () => {
    const result = await node(`process.stdout.write('x'.repeat(5e6), () => process.exit(0))`, {
      outputLimitBytes: 1_000,
    });
    expect(result).toMatchObject({ exitCode: 0, truncated: true });
    expect(result.stdout).toHaveLength(1_000);
  });

  it('ends at its time by TERM', async () => {
    const result = await runCommand({ program: '/bin/sleep', args: ['60'], timeoutMs: 50 });
    expect(result).toMatchObject({ timedOut: true, exitCode: null, signal: 'SIGTERM' });
    expect(describeEnd(result)).toContain('did not end in time');
  });

  it('ends one that ignores TERM by KILL, with what it started', async () => {
    const script = `
      const child = require('node:child_process').spawn('/bin/sleep', ['60'], { stdio: 'inherit' });
      process.on('SIGTERM', () => {});
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const result = await node(script, { timeoutMs: 1_500, killAfterMs: 50 });
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
    await waitFor(() => hasEnded(Number(result.stdout)), { what: 'the end of its child' });
  });

  it('does not wait for a descendant that left its group and keeps the output open', async () => {
    const script = `
      const child = require('node:child_process').spawn('/bin/sleep', ['60'], { stdio: 'inherit', detached: true });
      console.log(child.pid);
      process.exit(0);`;
    const result = await node(script);
    try {
      expect(result).toMatchObject({ exitCode: 0, timedOut: false });
      expect(result.durationMs).toBeLessThan(15_000);
    } finally {
      process.kill(Number(result.stdout), 'SIGKILL');
    }
  });

  it('is killed by an abort and rejects with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by a test');
    const running = runCommand({ program: '/bin/sleep', args: ['60'], timeoutMs: 60_000, signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(running).rejects.toBe(reason);
  });

  it.each(['/nowhere/at-all', '/etc/hostname', 'sleep'])(
    'names %s when it cannot be started, and the remedy',
    async (program) => {
      const running = runCommand({ program, args: [], timeoutMs: 1_000, remedy: 'install the thing' });
      await expect(running).rejects.toThrow(CommandNotStarted);
      await expect(running).rejects.toThrow(program);
    },
  );
});
