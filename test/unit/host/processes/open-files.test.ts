import { spawnSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { observeOpenFiles } from '../../../../src/host/processes/open-files';

it('counts what a process holds open, of how many it may', async () => {
  const before = await observeOpenFiles(process.pid);
  const file = await open('/dev/null');
  try {
    const after = await observeOpenFiles(process.pid);
    expect(after).toMatchObject({ pid: process.pid, limit: before.limit });
    expect(after.open).toBeGreaterThan(before.open);
    expect(after.open).toBeLessThan(after.limit ?? Infinity);
  } finally {
    await file.close();
  }
});

it('says of a process that has ended that it cannot be seen', async () => {
  const { pid } = spawnSync('/bin/true');
  await expect(observeOpenFiles(pid)).rejects.toMatchObject({ failure: 'ObservationFailed' });
});
