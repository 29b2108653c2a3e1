import { cut } from '../../shared/text/text';
import { isFailure, reason } from '../runbook/step-failures';
import type { TaskResult } from './task';

const MAX_LINES = 101;
const MAX_LINE = 500;
const MAX_CHARTS = 12;

/** As much of a result as a report holds. */
export function bounded({ state, detail, lines = [], table, charts, toDo }: TaskResult): TaskResult {
  return {
    ...{ state, detail: cut(detail, MAX_LINE) },
    lines: lines.slice(0, MAX_LINES).map((line) => cut(line, MAX_LINE)),
    ...(table === undefined ? {} : { table: { ...table, rows: table.rows.slice(0, MAX_LINES) } }),
    ...(charts === undefined ? {} : { charts: charts.slice(0, MAX_CHARTS) }),
    ...(toDo === undefined || toDo === null ? {} : { toDo: cut(toDo, MAX_LINE) }),
  };
}

/** What came of a task that threw. */
export function failed(err: unknown): TaskResult {
  const detail = cut(reason(err), MAX_LINE);
  if (isFailure(err, 'NotConfigured')) return { state: 'notConfigured', detail };
  if (isFailure(err, 'ChangeRefused', 'NotAllowed', 'Paused')) return { state: 'notDone', detail };
  return { state: 'failed', detail };
}
