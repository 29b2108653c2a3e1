import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { endEach } from '../../../../src/host/programs/end-process';
import { readProcess } from '../../../../src/host/processes/process-table';

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

function sleeper() {
  const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
  children.push(child);
  return { child, pid: child.pid!, startTime: readProcess(child.pid!)!.startTime };
}

describe('endEach', () => {
  it('sends no signal to a process that has the pid of one that has ended', async () => {
    const { child, pid } = sleeper();
    expect(await endEach([{ pid, startTime: '1' }], 100)).toEqual(['by itself']);
    expect(readProcess(pid)).toMatchObject({ state: expect.stringMatching(/[SR]/) });
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });

  it('ends each by its own signal, beside one that has ended', async () => {
    const [first, second] = [sleeper(), sleeper()];
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    expect(await endEach([first, second], 5_000)).toEqual(['by itself', 'TERM']);
  });
});
