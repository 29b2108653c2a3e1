import { MockActivityEnvironment } from '@temporalio/testing';
import { createAsChange } from '../../../../src/activities/host/core/change';
import type { ChangeRun } from '../../../../src/activities/host/core/change';
import { HostError } from '../../../../src/host/errors';
import type { Fence } from '../../../../src/host/fence/fence';
import { createRedactor } from '../../../../src/host/redact';
import type { ChangePermit } from '../../../../src/shared/safety/permit';

const PERMIT: ChangePermit = { kind: 'change', token: 3, holder: 'one' };
const stale = () => new HostError('StaleToken', 'token 3 is older than 4');

/** A change behind a fence that does what the test says. */
function change<I extends object>(fence: Partial<Fence>, work: (run: ChangeRun, input: I) => Promise<unknown>) {
  const open = { check: () => {}, enter: async () => {}, ...fence } as Fence;
  const begun = { prepare: () => {}, begin: () => false, end: () => {} };
  const settings = { host: 'h1', allow: ['restart' as const] };
  return createAsChange({ settings, fence: open, begun, redact: createRedactor([]) })(
    'ensureSetting',
    work,
    () => 'restart',
  );
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

describe('a change waits for no', () => {
  /** One that is at work until the test is over, and what begins beside it meanwhile. */
  async function beside(running: ChangePermit): Promise<unknown> {
    let open = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    let hasBegun = () => {};
    const begun = new Promise<void>((resolve) => (hasBegun = resolve));
    const asChange = change({}, async (_run, { isFirst }: { isFirst: boolean }) => {
      hasBegun();
      if (isFirst) await gate;
      return 'done';
    });
    const first = asChange({ isFirst: true, permit: running });
    await begun;
    const second = await asChange({ isFirst: false, permit: PERMIT });
    open();
    await first;
    return second;
  }

  it('other change of its own holder', async () => {
    expect(await beside(PERMIT)).toBe('done');
  });

  it('undo of another holder', async () => {
    expect(await beside({ kind: 'undo', token: 0, holder: 'lease/h1/x' })).toBe('done');
  });
});
