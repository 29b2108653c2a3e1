import type { Pool, PoolClient } from 'pg';
import type { RecordedIncident } from '../shared/record';
import { beforeOf, writeEvents } from './events/write-events';
import { put, update } from './put';
import { INCIDENTS, PARTS } from './tables';
import { inTransaction } from './transaction';

/** Newer by Temporal's clock; at the same moment the end of a run is newer than the run. */
const IS_NEWER = `
  EXCLUDED.changed_at > known.changed_at
  OR (EXCLUDED.changed_at = known.changed_at AND (EXCLUDED.ended_at IS NOT NULL OR known.ended_at IS NULL))`;

/**
 * Writes what is known of an incident, as often as anybody likes and in any order. What is older than what is there changes
 * nothing of it, and still adds the rows that are missing: an entry that has left the timeline since is in no newer view.
 *
 * @param hasEvents what became of it is to be published, too
 * @returns whether it was the newest
 */
export async function writeIncident(pool: Pool, incident: RecordedIncident, hasEvents = false): Promise<boolean> {
  return await inTransaction(pool, async (client) => {
    const before = hasEvents ? await beforeOf(client, incident.runId) : null;
    const { rowCount } = await put(client, INCIDENTS, incident, `${update(INCIDENTS)} WHERE ${IS_NEWER}`);
    const isNewest = rowCount === 1;
    for (const table of PARTS) {
      await put(client, table, incident, isNewest ? update(table) : 'NOTHING');
    }
    if (isNewest) await forgetFolded(client, incident);
    else if (incident.isBare === true) await end(client, incident);
    if (hasEvents && (isNewest || incident.isBare === true)) await writeEvents(client, before, incident);
    return isNewest;
  });
}

/** Nobody can say how it stood when it ended, only that it did: what is known of it stays. */
async function end(client: PoolClient, { runId, lastRunId, status, endedAt }: RecordedIncident): Promise<void> {
  await client.query(
    'UPDATE halcyon.incidents SET status = $2, ended_at = $3, last_run_id = $4 WHERE run_id = $1 AND ended_at IS NULL',
    [runId, status, endedAt, lastRunId],
  );
}

/** A look that ran when it was written, and was folded into an earlier one of the same result since. */
async function forgetFolded(client: PoolClient, { runId, view }: RecordedIncident): Promise<void> {
  await client.query(
    `DELETE FROM halcyon.steps WHERE run_id = $1 AND kind = 'look' AND status = 'running' AND id <> ALL ($2::integer[])`,
    [runId, view.timeline.map(({ id }) => id)],
  );
}
