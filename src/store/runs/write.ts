import type { Pool } from 'pg';
import type { RecordedWork } from '../../shared/record';
import { put, update } from '../put';
import { inTransaction } from '../transaction';
import { RUNS, WORK_PARTS } from './tables';

/** Read later from Temporal: in a later run, or of a longer history. */
const IS_NEWER = '(EXCLUDED.last_started_at, EXCLUDED.events) >= (known.last_started_at, known.events)';

/**
 * Writes what is known of a run that is no incident, as often as anybody likes and in any order. What is older than what is
 * there changes nothing of it, and still adds the rows that are missing.
 *
 * @returns whether it was the newest
 */
export async function writeWork(pool: Pool, work: RecordedWork): Promise<boolean> {
  return await inTransaction(pool, async (client) => {
    // Nobody can say how it stood when it ended, only that it did: what is known of it stays.
    const ended = ['status', 'ended_at', 'last_run_id'].map((column) => `${column} = EXCLUDED.${column}`).join(', ');
    const all = work.isBare === true ? `UPDATE SET ${ended}` : update(RUNS);
    const { rowCount } = await put(client, RUNS, work, `${all} WHERE ${IS_NEWER}`);
    const isNewest = rowCount === 1;
    for (const table of WORK_PARTS) await put(client, table, work, isNewest ? update(table) : 'NOTHING');
    return isNewest;
  });
}
