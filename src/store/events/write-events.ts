import type { PoolClient } from 'pg';
import type { RecordedIncident } from '../../shared/record';
import { storable } from '../text';
import { incidentEvents } from './incident-events';
import type { Before } from './incident-events';

/** As it is on record; nobody else writes it until the transaction ends. */
export async function beforeOf(client: PoolClient, runId: string): Promise<Before | null> {
  const { rows } = await client.query<Before>(
    `SELECT state, outcome, tier, more->'acknowledged' AS acknowledged, ended_at IS NOT NULL AS "isOver"
     FROM halcyon.incidents WHERE run_id = $1 FOR UPDATE`,
    [runId],
  );
  return rows[0] ?? null;
}

/** In the transaction that writes the incident: there is no event of what is not on record, and none is lost. */
export async function writeEvents(
  client: PoolClient,
  before: Before | null,
  incident: RecordedIncident,
): Promise<void> {
  for (const { key, routingKey, body } of incidentEvents(before, incident)) {
    await client.query(
      `INSERT INTO halcyon.events (run_id, key, routing_key, body) VALUES ($1, $2, $3, $4)
       ON CONFLICT (run_id, key) DO NOTHING`,
      [incident.runId, key, routingKey, JSON.stringify(storable(body))],
    );
  }
}
