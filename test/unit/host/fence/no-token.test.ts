import { mkdirSync } from 'node:fs';
import { createFence } from '../../../../src/host/fence/fence';
import { writeRecord } from '../../../../src/host/fence/record-file';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();

it.each([-1, 1.5, '7', null, 2 ** 53])('a record with %j in the place of its token closes the fence', async (token) => {
  mkdirSync(folder.path('state'), { mode: 0o700 });
  writeRecord(folder.path('state', 'fence'), { token, holder: 'incident/A/h1', at: '2026-11-23T03:00:00.000Z' });
  const fence = createFence({ stateDir: folder.path('state'), pauseFile: folder.path('paused') });
  const permit = { kind: 'change', token: 9, holder: 'incident/A/h1' } as const;
  expect(() => fence.check(permit)).toThrow(/it holds no token/);
  await expect(fence.enter(permit)).rejects.toThrow(/it holds no token/);
});
