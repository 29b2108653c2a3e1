import { CancelledFailure } from '@temporalio/common';
import type { ChangeNote, TurnRelease } from '../../../../src/shared/safety/guard';
import { guardOf } from '../../../../src/workflows/guard/guard-client';

/** How the guard's workflow takes a signal. */
let signalled: () => Promise<void>;

jest.mock('@temporalio/workflow', () => ({
  ...jest.requireActual<object>('@temporalio/workflow'),
  proxyActivities: () => ({}),
  getExternalWorkflowHandle: () => ({ signal: async () => await signalled() }),
}));

const NOTE: ChangeNote = { incidentId: 'incident/A/h1', runId: 'run-1', token: 1, restart: null, what: 'x' };
const RELEASE: TurnRelease = { incidentId: 'incident/A/h1', runId: 'run-1', changed: false };

describe.each([
  ['what was changed', () => guardOf('h1').note(NOTE)],
  ['that the turn is given back', () => guardOf('h1').release(RELEASE)],
])('%s', (_what, tell) => {
  it('is told when the guard has it, and not before', async () => {
    let arrive = (): void => undefined;
    signalled = () => new Promise((resolve) => (arrive = resolve));
    let isTold = false;
    const told = tell().then(() => (isTold = true));
    await new Promise(setImmediate);
    expect(isTold).toBe(false);
    arrive();
    await told;
  });

  it('is nothing to a guard that is not there', async () => {
    signalled = () => Promise.reject(new Error('not found'));
    await expect(tell()).resolves.toBeUndefined();
  });

  it('is not told where it was cancelled, which is no success', async () => {
    signalled = () => Promise.reject(new CancelledFailure('cancelled'));
    await expect(tell()).rejects.toThrow('cancelled');
  });
});
