import type { RecordedWork } from '../../shared/record';
import { columns } from '../table';
import type { Table } from '../table';

/** A run that is no incident. */
export const RUNS: Table<RecordedWork> = {
  name: 'runs',
  key: ['run_id'],
  columns: {
    ...columns('text', 'run_id last_run_id workflow_id kind status host title started_by outcome'),
    ...columns('timestamptz', 'started_at ended_at last_started_at'),
    events: 'integer',
    more: 'jsonb',
  },
  rows: ({ runId, lastRunId, workflowId, kind, status, host, title, outcome, events, more, ...run }) => [
    {
      ...{ run_id: runId, last_run_id: lastRunId, workflow_id: workflowId, kind, status, host, title, outcome },
      ...{ started_by: run.startedBy, started_at: run.startedAt, ended_at: run.endedAt },
      ...{ last_started_at: run.lastStartedAt, events, more },
    },
  ],
};

/** Whatever belongs to it, each row once by its key. */
export const WORK_PARTS: Table<RecordedWork>[] = [
  {
    name: 'tasks',
    key: ['n'],
    columns: {
      n: 'integer',
      ...columns('text', 'cite title state detail'),
      lines: 'jsonb',
      ...columns('timestamptz', 'started_at ended_at'),
    },
    rows: ({ tasks }) =>
      tasks.map(({ startedAt, endedAt, ...rest }, n) => ({ n, ...rest, started_at: startedAt, ended_at: endedAt })),
  },
  {
    name: 'run_changes',
    key: ['n'],
    columns: {
      n: 'integer',
      ...columns('timestamptz', 'at ended_at'),
      ...columns('text', 'cite title status detail who why'),
      ...columns('jsonb', 'before_value after_value'),
    },
    rows: ({ changes }) =>
      changes.map(({ endedAt, before, after, ...rest }) => ({
        ...rest,
        ...{ ended_at: endedAt, before_value: before, after_value: after },
      })),
  },
  {
    name: 'checklist_items',
    key: ['key'],
    columns: {
      n: 'integer',
      ...columns('text', 'key cite title detail state owner ended_by note'),
      ...columns('timestamptz', 'due_at ended_at'),
    },
    rows: ({ items }) =>
      items.map(({ dueAt, endedBy, endedAt, ...rest }, n) => ({
        ...{ n, ...rest },
        ...{ due_at: dueAt, ended_by: endedBy, ended_at: endedAt },
      })),
  },
];
