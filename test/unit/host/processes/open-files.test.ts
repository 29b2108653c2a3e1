import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { observeOpenFiles } from '../../../../src/host/processes/open-files';
import { waitFor } from '../../../support/wait-for';

const running: ChildProcess[] = [];
afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')));

/** Holds these open, and nothing else. */
function holding(stdio: StdioOptions): number {
  const child = spawn('/bin/sleep', ['60'], { stdio });
  running.push(child);
  return child.pid!;
}

it('counts what a process holds open, of how many it may', async () => {
  const few = holding(['ignore', 'ignore', 'ignore']);
  const more = holding(['ignore', 'ignore', 'ignore', 'pipe', 'pipe']);
  // Each holds others, too, until it has begun.
  const difference = async () => (await observeOpenFiles(more)).open - (await observeOpenFiles(few)).open;
  await waitFor(async () => (await difference()) === 2, { what: 'both to hold what they hold' });
  const seen = await observeOpenFiles(few);
  expect(seen).toMatchObject({ pid: few, limit: (await observeOpenFiles(more)).limit });
  expect(seen.open).toBeLessThan(seen.limit ?? Infinity);
});

it('says of a process that has ended that it cannot be seen', async () => {
  const { pid } = spawnSync('/bin/true');
  await expect(observeOpenFiles(pid)).rejects.toMatchObject({ failure: 'ObservationFailed' });
});
