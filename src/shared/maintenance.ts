import type { PagedTeam } from './paging/escalation';
import type { Chart, ReportTable } from './report/document';
import type { Approval, ApprovalPolicy } from './safety/approval';
import type { GuardPolicy } from './safety/guard';

/** Routine maintenance of a host (section G of the document). Times are ISO 8601 in UTC, by Temporal's clock. */

/** What can be scheduled under `schedules:`. A monthly one gets its name, its workflow and its section here. */
export const MAINTENANCE = {
  weekly: { workflow: 'weeklyMaintenance', title: 'Weekly maintenance' },
} as const;

export type MaintenanceName = keyof typeof MAINTENANCE;

export const MAINTENANCE_NAMES = Object.keys(MAINTENANCE) as [MaintenanceName, ...MaintenanceName[]];

/** The run of a host, and its schedule: `maintenance/weekly/h1`. */
export function maintenanceId(name: MaintenanceName, host: string): string {
  return `maintenance/${name}/${host}`;
}

/** How the runs begin that a schedule starts; Temporal adds the time. Each starts the run of its host. */
export function scheduledStartId(name: MaintenanceName, host: string): string {
  return `scheduled/${name}/${host}`;
}

export interface MaintenanceInput {
  host: string;
  /** Null for a schedule. */
  startedBy: string | null;
  /** Nothing is changed: each task says what it would do. */
  isDryRun: boolean;
  /** When it was due; null for now. */
  dueAt: string | null;
  /** Counted from when it was due: nothing new is begun afterwards, and what waits is given up. */
  windowMs: number;
  /** An agent that takes no work for this long fails the task. @default five minutes */
  agentWithinMs?: number;
  guard: GuardPolicy;
  approvals: ApprovalPolicy;
  /** Who hears of it; null for those on duty. */
  team: PagedTeam | null;
}

/**
 * - `nothingToDo`: looked, and all is as it should be.
 * - `planned`: a dry run says what would be done.
 * - `notConfigured`: the host's file does not ask for it.
 * - `notDone`: held up until the window was over, or not approved.
 */
export type TaskState = 'running' | 'done' | 'nothingToDo' | 'planned' | 'notConfigured' | 'notDone' | 'failed';

export const TASK_WORDS: Record<TaskState, string> = {
  running: 'running …',
  done: 'done',
  nothingToDo: 'nothing to do',
  planned: 'would be done',
  notConfigured: 'not configured',
  notDone: 'NOT DONE',
  failed: 'FAILED',
};

export interface TaskReport {
  /** Its line of the document: `G.1`. */
  cite: string;
  title: string;
  state: TaskState;
  /** What came of it, in one sentence. */
  detail: string;
  /** What people may want to read besides, such as names of packages. Bounded. */
  lines: string[];
  /** Bounded, as lines are. */
  table?: ReportTable;
  charts?: Chart[];
  /** What a person should do about it, in one sentence; null or absent where there is nothing. */
  toDo?: string | null;
  startedAt: string;
  endedAt: string | null;
}

/** By query `maintenance`, and the result of the run. */
export interface MaintenanceReport {
  name: MaintenanceName;
  host: string;
  startedBy: string | null;
  isDryRun: boolean;
  startedAt: string;
  endedAt: string | null;
  /** What it waits for now; null while it works. */
  waitsFor: string | null;
  tasks: TaskReport[];
  approvals: Approval[];
  /** What happened around the tasks, bounded. */
  notes: string[];
  /** Why nobody heard of it, or of its life; empty where they did. */
  undelivered: string[];
}

/** How it went as a whole, in few words: `4 of 5 tasks done, 1 failed`. */
export function outcomeOf({ tasks }: Pick<MaintenanceReport, 'tasks'>): string {
  const count = (...states: TaskState[]) => tasks.filter(({ state }) => states.includes(state)).length;
  const parts: [number, string][] = [
    [count('failed'), 'failed'],
    [count('notDone'), 'not done'],
    [count('notConfigured'), 'not configured'],
    [count('planned'), 'planned'],
  ];
  const well = `${count('done', 'nothingToDo')} of ${tasks.length} tasks done`;
  return [well, ...parts.flatMap(([amount, word]) => (amount > 0 ? [`${amount} ${word}`] : []))].join(', ');
}

/** What a schedule starts its own run with. */
export interface ScheduledInput {
  name: MaintenanceName;
  input: Omit<MaintenanceInput, 'dueAt'>;
}

/** What a schedule's own run did: a run by hand may be open already. */
export interface ScheduledStart {
  workflowId: string;
  state: 'ended' | 'skipped';
  detail: string;
}
