import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription, WorkflowExecutionInfo } from '@temporalio/client';
import { INCIDENT_RUNS } from '../../shared/ids';
import { formatDuration, parseDuration } from '../../shared/text/durations';
import type { IncidentMemo, Outcome } from '../../shared/incident';
import { plain } from './print-timeline';
import { clipTo, table, terminalWidth } from '../support/table';
import { UsageError } from '../support/usage';

export interface ListOptions {
  open?: boolean;
  since?: string;
  host?: string;
  alert?: string;
  outcome?: string;
  limit: string;
  json?: boolean;
  config?: string;
}

/** One run of an incident, as it stands by Temporal or by the record. */
export interface IncidentRow {
  id: string;
  runId: string;
  /** With which it began; `runId` is its last. */
  firstRunId: string;
  runbook: string;
  /** Temporal's: RUNNING, COMPLETED, CANCELLED, TERMINATED, FAILED, TIMED_OUT. */
  status: string;
  /** State while it runs; afterwards its outcome, or how the run was ended. */
  state: string;
  outcome: string;
  host: string;
  alert: string;
  severity: string;
  /** Of the incident, which may have gone on in several runs. */
  started: string;
  closed: string | null;
  tier: number;
  /** Who acknowledged it, while that holds. */
  acknowledgedBy: string | null;
  summary: string;
}

const MOST = 1_000;
const DESCRIBED_AT_ONCE = 10;
const OUTCOMES = [
  'healed',
  'selfHealed',
  'resolvedByPeople',
  'degraded',
  'unresolved',
  'planned',
] as const satisfies Outcome[];
const ENDED_BY_HAND: Record<string, string> = {
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
};

/** @throws UsageError for what cannot be asked for */
export async function listIncidents(client: Client, options: ListOptions, recorded: IncidentRow[] = []): Promise<void> {
  const limit = limitOf(options.limit);
  const rows = withRecorded(await newest(client, queryOf(options, Date.now()), limit), recorded).slice(0, limit);
  if (options.json === true) return print(rows.map((row) => JSON.stringify(row)));
  if (rows.length === 0) return print(['no incidents']);
  const width = terminalWidth();
  const lines = table([HEAD, ...rows.map((row) => cellsOf(row, Date.now()))]);
  print(lines.map((line) => clipTo(width, line)));
}

/** What Temporal still has is as it says. */
function withRecorded(rows: IncidentRow[], recorded: IncidentRow[]): IncidentRow[] {
  const known = new Set(rows.map(({ firstRunId }) => firstRunId));
  const all = [...rows, ...recorded.filter(({ firstRunId }) => !known.has(firstRunId))];
  return all.sort((a, b) => Date.parse(b.started) - Date.parse(a.started));
}

/** Whole numbers only: half of an incident is none. */
export function limitOf(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MOST) return limit;
  throw new UsageError(`--limit: expected a whole number from 1 to ${MOST}, got "${text}"`);
}

/** Temporal's query for these runs. */
export function queryOf({ open, since, host, alert, outcome }: Omit<ListOptions, 'limit'>, now: number): string {
  return [
    INCIDENT_RUNS,
    ...(open === true ? ['ExecutionStatus = "Running"'] : []),
    ...(since === undefined ? [] : [`StartTime >= "${sinceOf(since, now)}"`]),
    ...(host === undefined ? [] : [`HalcyonHost = ${quoted('--host', host)}`]),
    ...(alert === undefined ? [] : [`HalcyonAlert = ${quoted('--alert', alert)}`]),
    ...(outcome === undefined ? [] : [outcomeQuery(outcome)]),
  ].join(' AND ');
}

function outcomeQuery(outcome: string): string {
  const status = { cancelled: 'Canceled', terminated: 'Terminated' }[outcome];
  if (status !== undefined) return `ExecutionStatus = "${status}"`;
  const known: readonly string[] = OUTCOMES;
  if (known.includes(outcome)) return `HalcyonOutcome = "${outcome}"`;
  throw new UsageError(
    `--outcome: expected one of ${[...known, 'cancelled', 'terminated'].join(', ')}, got "${outcome}"`,
  );
}

/** `2h` before now, a day, or a moment in ISO 8601. */
export function sinceOf(text: string, now: number): string {
  const ago = parseDuration(text);
  if (ago !== undefined) return new Date(now - ago).toISOString();
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new UsageError(`--since: expected a duration such as "2h" or a time such as 2026-11-23T03:00Z, got "${text}"`);
}

function quoted(option: string, text: string): string {
  if (!/["\\]/.test(text)) return `"${text}"`;
  throw new UsageError(`${option}: no name has a quote or backslash, got ${JSON.stringify(text)}`);
}

/**
 * The newest by start. Temporal gives open runs first, then closed ones by their end, newest first: all the rest began
 * earlier than those that we have once they ended earlier.
 */
async function newest(client: Client, query: string, limit: number): Promise<IncidentRow[]> {
  const found: WorkflowExecutionInfo[] = [];
  for await (const run of client.workflow.list({ query })) {
    if (run.status.name === 'CONTINUED_AS_NEW') continue;
    const last = found.length < limit ? undefined : found[limit - 1]!;
    if (last !== undefined && run.closeTime !== undefined && run.closeTime < last.startTime) break;
    found.push(run);
    found.sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
    found.splice(limit);
  }
  const rowOfRun = async ({ workflowId, runId }: WorkflowExecutionInfo) =>
    await describedRow(client, await client.workflow.getHandle(workflowId, runId).describe());
  const rows: IncidentRow[] = [];
  for (let at = 0; at < found.length; at += DESCRIBED_AT_ONCE) {
    const some = found.slice(at, at + DESCRIBED_AT_ONCE);
    rows.push(...(await Promise.all(some.map(rowOfRun))));
  }
  return rows.sort((a, b) => Date.parse(b.started) - Date.parse(a.started));
}

/** With the line under which Temporal shows the run, and the incident's own start: known without a controller. */
export async function describedRow(client: Client, described: WorkflowExecutionDescription): Promise<IncidentRow> {
  const { firstRunId } = described.raw.workflowExecutionInfo ?? {};
  const first = firstRunId || described.runId;
  const started = first === described.runId ? described.startTime : await startOf(client, described.workflowId, first);
  const summary = (await described.staticSummary()) ?? '';
  return { ...rowOf({ ...described, startTime: started ?? described.startTime }, summary), firstRunId: first };
}

/** An incident that is open for long goes on in new runs, each with a start of its own. Undefined once Temporal forgot it. */
async function startOf(client: Client, workflowId: string, runId: string): Promise<Date | undefined> {
  try {
    return (await client.workflow.getHandle(workflowId, runId).describe()).startTime;
  } catch (err) {
    if (err instanceof WorkflowNotFoundError) return undefined;
    throw err;
  }
}

/** The run's own status counts: a run that was ended by hand leaves its search attributes as they were. */
export function rowOf(run: Omit<WorkflowExecutionInfo, 'raw'>, summary: string): IncidentRow {
  const field = (name: string) => String(run.searchAttributes[name]?.[0] ?? '');
  const status = run.status.name;
  const outcome = status === 'COMPLETED' ? field('HalcyonOutcome') : '';
  const { acknowledged } = (run.memo ?? {}) as Partial<IncidentMemo>;
  const holds = status === 'RUNNING' && acknowledged && Date.parse(acknowledged.until) > Date.now();
  return {
    id: run.workflowId,
    runId: run.runId,
    firstRunId: run.runId,
    runbook: run.type,
    status,
    state: stateOf({ status, state: field('HalcyonState'), outcome }),
    outcome,
    host: field('HalcyonHost'),
    alert: field('HalcyonAlert'),
    severity: field('HalcyonSeverity'),
    started: run.startTime.toISOString(),
    closed: run.closeTime?.toISOString() ?? null,
    tier: Number(field('HalcyonTier') || 0),
    acknowledgedBy: holds ? acknowledged.as : null,
    summary,
  };
}

/** State while it runs; afterwards its outcome, or how the run was ended. */
export function stateOf({ status, state, outcome }: { status: string; state: string; outcome: string }): string {
  return ENDED_BY_HAND[status] ?? (status === 'RUNNING' ? state || 'running' : outcome || 'closed');
}

const HEAD = ['STARTED (UTC)', 'HOST', 'ALERT', 'SEVERITY', 'STATE', 'TOOK', 'TIER', 'WHO', 'RUN', 'SUMMARY'];

/** @param now epoch milliseconds */
export function cellsOf(row: IncidentRow, now: number): string[] {
  const tookMs = (row.closed === null ? now : Date.parse(row.closed)) - Date.parse(row.started);
  return [
    row.started.slice(0, 19).replace('T', ' '),
    row.host || '-',
    row.alert || row.id,
    row.severity || '-',
    row.state,
    formatDuration(Math.max(0, Math.round(tookMs / 1_000) * 1_000)),
    row.tier === 0 ? '-' : String(row.tier),
    row.acknowledgedBy ?? '-',
    row.runId.slice(0, 8),
    row.summary,
  ].map(plain);
}

function print(lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
