import { INCIDENT_RUNS } from '../../src/shared/ids';
import type { ChangeRow } from '../../src/store/changes';
import { until } from '../support/until';
import type { GamedaySite } from './site';

/** The controller looks at what ended every five seconds; one that was killed serves the store again after some more. */
const WRITTEN_WITHIN_MS = 120_000;

/**
 * What the record has of changes since a moment, epoch milliseconds, once all that ended since then is on it.
 *
 * @throws Error where it is not in time
 */
export async function changesOnRecord(site: GamedaySite, sinceMs: number, signal: AbortSignal): Promise<ChangeRow[]> {
  const { store, host, stack } = site;
  const since = new Date(sinceMs).toISOString();
  const look = async () => {
    const runs = await endedSince(site, since);
    const over = await store.over(runs);
    if (runs.some((run) => !over.has(run))) return undefined;
    return await store.changes({ host: host.name, since });
  };
  const rows = await until<ChangeRow[] | undefined>(look, { deadlineMs: WRITTEN_WITHIN_MS, everyMs: 1_000, signal });
  if (rows !== undefined) return rows;
  throw new Error(
    `the record is not complete after ${WRITTEN_WITHIN_MS / 1_000} s: ${stack.controller.log.slice(-2_000)}`,
  );
}

async function endedSince({ stack: { client } }: GamedaySite, since: string): Promise<string[]> {
  const runs: string[] = [];
  const query = `(${INCIDENT_RUNS} OR WorkflowType = "lease") AND CloseTime >= "${since}"`;
  for await (const { runId, status } of client.workflow.list({ query })) {
    if (status.name !== 'CONTINUED_AS_NEW') runs.push(runId);
  }
  return runs;
}
