import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { askTemporal } from '../../../../src/workflows/support/ask-temporal';

it('is unknown where Temporal could not say', async () => {
  await expect(askTemporal(() => Promise.reject(ApplicationFailure.retryable('busy')))).resolves.toBeUndefined();
});

it.each([
  ['a bug', new TypeError('no such thing')],
  ['a cancellation', new CancelledFailure('cancelled')],
  ['a cancelled activity', new ActivityFailure('', 'observeRun', '1', 'IN_PROGRESS', '', new CancelledFailure(''))],
])('%s is thrown on', async (_, err) => {
  await expect(askTemporal(() => Promise.reject(err))).rejects.toBe(err);
});
