import { createRecordActivities } from '../../../../src/activities/control/record/write-record';
import { recorded } from '../../../support/recorded';

it('brings the store up to date before it writes', async () => {
  const calls: string[] = [];
  const store = {
    migrate: async () => [String(calls.push('migrate'))],
    write: async () => calls.push('write') > 0,
  };
  await createRecordActivities(store).writeRecord(recorded(1));
  expect(calls).toEqual(['migrate', 'write']);
});

it('waits for a store where there is none any more', async () => {
  const failure = createRecordActivities(null).writeRecord(recorded(1));
  await expect(failure).rejects.toMatchObject({ type: 'NoStore', nonRetryable: false });
});
