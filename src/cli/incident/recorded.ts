import type { Config } from '../../config';
import type { RecordQuery } from '../../shared/record';
import type { RecordedIncident } from '../../shared/record';
import type { RecordedRun } from '../../store/read';
import { openStore } from '../../store/store';
import type { Store } from '../../store/store';
import { limitOf, sinceOf, stateOf } from './incident-list';
import type { IncidentRow, ListOptions } from './incident-list';
import { plain } from './print-timeline';

const MOST_NAMED = 10;

/** What the record has of incidents like these; none where there is no record, or it cannot be reached, which is said. */
export async function recordedRows({ store }: Config, options: ListOptions): Promise<IncidentRow[]> {
  // Temporal knows each that is open.
  if (options.open === true) return [];
  const query = recordQueryOf(options, Date.now());
  return ((await withStore(store, (record) => record.list(query))) ?? []).map(rowOfRecorded);
}

/**
 * The incident that a person means, as the record has it; undefined where it has none.
 *
 * @throws Error in one line where it has several of different ids
 */
export async function findRecorded(
  { store }: Config,
  named: string,
  run?: string,
): Promise<RecordedIncident | undefined> {
  return await withStore(store, async (record) => {
    const found = await record.find(named, run);
    const [first] = found;
    const ids = [...new Set(found.map(({ workflowId }) => workflowId))];
    if (ids.length > 1) {
      const names = ids.slice(0, MOST_NAMED).map((id) => plain(id));
      throw new Error(`"${plain(named)}" names more than one incident, say which: ${names.join(', ')}`);
    }
    return first === undefined ? undefined : await record.read(first.runId);
  });
}

/** @param now epoch milliseconds */
export function recordQueryOf(
  { since, host, alert, outcome, limit }: Omit<ListOptions, 'open'>,
  now: number,
): RecordQuery {
  const isStatus = outcome === 'cancelled' || outcome === 'terminated';
  return {
    limit: limitOf(limit),
    ...(since === undefined ? {} : { since: sinceOf(since, now) }),
    ...(host === undefined ? {} : { host }),
    ...(alert === undefined ? {} : { alert }),
    ...(outcome === undefined ? {} : isStatus ? { status: outcome.toUpperCase() } : { outcome }),
  };
}

export function rowOfRecorded({ view, ...run }: RecordedRun): IncidentRow {
  const { runbook, severity, tier, acknowledged } = view;
  const { status } = run;
  const outcome = status === 'COMPLETED' ? (view.outcome ?? '') : '';
  return {
    ...{ id: run.workflowId, runId: run.lastRunId, firstRunId: run.runId, runbook, status, outcome },
    state: stateOf({ status, state: view.state, outcome }),
    ...{ host: view.host ?? '', alert: view.alertname, severity, tier, summary: run.summary },
    ...{ started: run.startedAt, closed: run.endedAt },
    acknowledgedBy: status === 'RUNNING' ? (acknowledged?.as ?? null) : null,
  };
}

/** Undefined where there is no record, or it cannot be read. A command that Temporal can answer goes on without it. */
export async function withStore<T>(
  { url, path }: Config['store'],
  work: (store: Store) => Promise<T>,
): Promise<T | undefined> {
  if (url === null && path === null) return undefined;
  const store = openStore(url === null ? { path: path! } : { url });
  try {
    return await work(store);
  } catch (err) {
    const trouble = troubleOf(err);
    if (trouble === undefined) throw err;
    process.stderr.write(`halcyon: the record cannot be read (${plain(trouble)}): this is what Temporal still has\n`);
    return undefined;
  } finally {
    await store.close();
  }
}

/** What the database or the way to it said; undefined for what is no fault of theirs. */
function troubleOf(err: unknown): string | undefined {
  const { code, message = '' } = err as { code?: unknown; message?: string };
  if (typeof code === 'string') return message || code;
  return /timeout|connection/i.test(message) ? message : undefined;
}
