import { ApplicationFailure } from '@temporalio/common';
import type { Store } from '../../../store/store';
import type { RecordActivities } from '../types';

/** `store`: null where none is configured. What was handed over when there was one waits until there is one again. */
export function createRecordActivities(store: Pick<Store, 'migrate' | 'write'> | null): RecordActivities {
  return {
    async writeRecord(run) {
      if (store === null) {
        const message = 'no store is configured: set store.url or store.path, or terminate this to give it up';
        throw ApplicationFailure.create({ message, type: 'NoStore', nextRetryDelay: '10m' });
      }
      await store.migrate();
      await store.write(run);
    },
  };
}
