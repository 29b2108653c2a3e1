import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { ChecklistItem } from '../../../shared/follow-up';
import { outcomeOf } from '../../../shared/maintenance';
import type { MaintenanceReport } from '../../../shared/maintenance';
import type { RecordedWork, WorkKind } from '../../../shared/record';
import type { LeaseView } from '../../../shared/safety/lease';
import { describeRun } from '../run-status';
import { viewOf } from './view-of';

type Seen = Pick<RecordedWork, 'host' | 'startedBy' | 'outcome' | 'tasks' | 'changes' | 'items' | 'more'>;

interface Kind {
  kind: WorkKind;
  query: string;
  /** What it ends with is its view. */
  endsWithView: boolean;
  read(view: unknown): Partial<Seen>;
}

const MAINTENANCE: Kind = {
  kind: 'maintenance',
  query: 'maintenance',
  endsWithView: true,
  read: (view) => {
    const { host, startedBy, tasks, ...more } = view as MaintenanceReport;
    return {
      ...{ host, startedBy, outcome: outcomeOf({ tasks }), more },
      tasks: tasks.map(({ changes: _changes, ...task }) => task),
      changes: tasks.flatMap(({ changes = [] }) => changes),
    };
  },
};
const LEASE: Kind = {
  kind: 'lease',
  query: 'lease',
  endsWithView: true,
  read: (view) => {
    const { host, state, changes = [], ...more } = view as LeaseView;
    return { host, outcome: state, changes, more };
  },
};
const CHECKLIST: Kind = {
  kind: 'checklist',
  query: 'checklist',
  endsWithView: false,
  read: (view) => {
    const items = view as ChecklistItem[];
    return { items, outcome: `${items.filter(({ state }) => state === 'open').length} of ${items.length} open` };
  },
};

/** Workflows that the record has besides incidents, by their types. One that no build has is never found. */
const KINDS: Readonly<Record<string, Kind>> = {
  weeklyMaintenance: MAINTENANCE,
  monthlyMaintenance: MAINTENANCE,
  lease: LEASE,
  postIncident: CHECKLIST,
  followUp: CHECKLIST,
};

/** Which workflows those are, as Temporal's lists are asked. */
export const IS_WORK = `WorkflowType IN (${Object.keys(KINDS)
  .map((type) => `"${type}"`)
  .join(', ')})`;

/** As it stands now. `isBare`: no controller could read it, and nothing but its state is known. */
export async function readWork(client: Client, workflowId: string, runId: string): Promise<RecordedWork> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const described = await handle.describe();
  const first = described.raw.workflowExecutionInfo?.firstRunId || runId;
  const began = first === runId ? described : await describeRun(client, workflowId, first);
  const { kind, query, endsWithView, read } = KINDS[described.type] ?? LEASE;
  const view = await viewOf(client, handle, { query, isOver: endsWithView && described.status.name === 'COMPLETED' });
  const host = described.searchAttributes['HalcyonHost']?.[0];
  return {
    ...{ kind, workflowId, runId: first, lastRunId: runId, status: described.status.name },
    ...{ startedAt: (began ?? described).startTime.toISOString(), endedAt: endOf(described) },
    ...{ lastStartedAt: described.startTime.toISOString(), events: described.historyLength },
    title: (await described.staticSummary()) || workflowId,
    ...{ host: host === undefined ? null : String(host), startedBy: null, outcome: '' },
    ...{ tasks: [], changes: [], items: [], more: {} },
    ...(view === null ? { isBare: true } : read(view)),
  };
}

function endOf({ closeTime }: WorkflowExecutionDescription): string | null {
  return closeTime?.toISOString() ?? null;
}
