import { MockActivityEnvironment } from '@temporalio/testing';
import { createAsChange } from '../../../../src/activities/host/core/change';
import { HostError } from '../../../../src/host/errors';
import type { Fence } from '../../../../src/host/fence/fence';
import { createRedactor } from '../../../../src/host/redact';
import type { ChangePermit } from '../../../../src/shared/safety/permit';

const PERMIT: ChangePermit = { kind: 'change', token: 3, holder: 'one' };
const stale = () => new HostError('StaleToken', 'token 3 is older than 4');

/** A change behind a fence that does what the test says. */
function change(fence: Partial<Fence>, work: Parameters<ReturnType<typeof createAsChange>>[1]) {
  const open = { check: () => {}, enter: async () => {}, ...fence } as Fence;
  const begun = { prepare: () => {}, begin: () => false, end: () => {} };
  const settings = { host: 'h1', allow: ['restart' as const] };
  return createAsChange({ settings, fence: open, begun, redact: createRedactor([]) })('ensureRestarted', work);
}

it('a change that the fence does not let in is not begun, whatever a look at it says', async () => {
  const work = jest.fn();
  const enter = async () => {
    throw new HostError('ObservationFailed', 'the fence cannot be written');
  };
  await expect(change({ enter }, work)({ permit: PERMIT })).rejects.toMatchObject({ type: 'ObservationFailed' });
  expect(work).not.toHaveBeenCalled();
});

it('a change whose turn went to another between the fence and its begin is not begun', async () => {
  const work = jest.fn();
  const check = () => {
    throw stale();
  };
  await expect(change({ check }, work)({ permit: PERMIT })).rejects.toMatchObject({ type: 'StaleToken' });
  expect(work).not.toHaveBeenCalled();
});

it('a change that is cancelled takes no further step, also where its turn is still its own', async () => {
  const environment = new MockActivityEnvironment();
  const steps: string[] = [];
  const cancelled = change({}, async ({ mayStillChange }) => {
    mayStillChange();
    steps.push('first');
    environment.cancel();
    mayStillChange();
    steps.push('second');
  });
  await expect(environment.run(cancelled, { permit: PERMIT })).rejects.toThrow();
  expect(steps).toEqual(['first']);
});
