import type { SeriesState } from '../../../shared/observations/series';
import type { HostSteps } from '../../runbook/host-steps';
import { observeSeries } from '../kingfisher/series';

/** Connections of KingFisher's own pool; null where a site does not say. */
export interface PoolUse {
  active: number;
  max: number;
}

/** `curl …/metrics | grep db_connections` of the document. */
export async function observePool(cite: string, steps: HostSteps): Promise<PoolUse | undefined> {
  const [active, max] = await Promise.all([
    observeSeries({ cite, title: 'Database connections in use' }, steps, {
      metric: 'databaseConnections',
      kind: 'now',
      by: [],
    }),
    observeSeries({ cite, title: 'Limit of database connections' }, steps, {
      metric: 'databaseConnectionsMax',
      kind: 'now',
      by: [],
    }),
  ]);
  const [used, limit] = [valueOf(active), valueOf(max)];
  return used === undefined || limit === undefined || limit <= 0 ? undefined : { active: used, max: limit };
}

export function isFull(pool: PoolUse | undefined): boolean {
  return pool !== undefined && pool.active >= pool.max;
}

function valueOf(state: SeriesState | undefined): number | undefined {
  return state?.answer === 'ok' ? state.series[0]?.value : undefined;
}
