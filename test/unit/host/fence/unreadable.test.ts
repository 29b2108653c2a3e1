import type * as fs from 'node:fs';
import { createBegunChanges } from '../../../../src/host/fence/begun-changes';
import { createFence } from '../../../../src/host/fence/fence';
import { refuseWhilePaused } from '../../../../src/host/fence/pause-file';
import { useTempFolder } from '../support/temp-folder';

let mockIsBroken = false;

jest.mock('node:fs', () => {
  const real = jest.requireActual<typeof fs>('node:fs');
  const readSync = (...args: [number, Buffer, number, number, number]) => {
    if (mockIsBroken) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    return real.readSync(...args);
  };
  return { ...real, readSync };
});

const folder = useTempFolder();
const permit = (token: number) => ({ kind: 'change', token, holder: 'incident/A/h1' }) as const;
const fenceOf = () => createFence({ stateDir: folder.path('state'), pauseFile: folder.path('paused') });

afterEach(() => {
  mockIsBroken = false;
});

it('a disk that cannot read the newest token lets no change pass', async () => {
  const fence = fenceOf();
  await fence.enter(permit(7));
  mockIsBroken = true;
  expect(() => fence.check(permit(8))).toThrow('EIO');
  await expect(fence.enter(permit(8))).rejects.toThrow('EIO');
});

it('a disk that cannot read what was begun keeps what is written there', async () => {
  await fenceOf().enter(permit(7));
  const begun = createBegunChanges({ stateDir: folder.path('state') });
  begun.begin('a');
  mockIsBroken = true;
  expect(() => begun.begin('b')).toThrow('EIO');
  mockIsBroken = false;
  expect(begun.begin('a')).toBe(true);
});

it('of two tokens that come at once the older is refused, also where it was looked at before the newer was written', async () => {
  const fence = fenceOf();
  const [newer, older] = await Promise.allSettled([fence.enter(permit(9)), fence.enter(permit(7))]);
  expect(newer.status).toBe('fulfilled');
  expect(older.status === 'rejected' ? String(older.reason) : older.status).toContain('token 7 is older than 9');
});

it('a device in the place of the pause file is not read', () => {
  expect(() => refuseWhilePaused('/dev/zero')).toThrow('(no reason given)');
});
