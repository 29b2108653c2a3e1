import type { ChecklistItem, FollowUpInput } from '../follow-up';
import type { PagedTeam } from '../paging/escalation';
import type { RunLimit } from '../run-limit';

/** How people deal with what is left to do, and how it stands. Times are ISO 8601 in UTC. */

/** Workflow types that have a checklist. */
export const CHECKLISTS = ['postIncident', 'followUp'] as const;

/** An item is named by its key (`root-cause`) or its line of the document (`I.1`). */
export interface ItemEnd {
  item: string;
  by: string;
  note?: string;
}

export interface ItemSkip {
  item: string;
  by: string;
  reason: string;
}

export interface ItemAssignment {
  item: string;
  to: string;
  by: string;
  /** When it has to be done; as before where absent. */
  due?: string;
}

/** By query `followUp`, and the result of both workflows. The query `checklist` gives the items alone. */
export interface FollowUpView {
  /** What it follows: `After KingfisherServiceDown on h1`. */
  title: string;
  /** What a reader takes away who reads no further; empty where the title says it. */
  summary: string;
  host: string | null;
  /** The run that it is about. */
  source: { workflowId: string; runId: string };
  /** Who is reminded; null for those on duty. */
  team: PagedTeam | null;
  openedAt: string;
  /** When nothing was left to do; null before. */
  endedAt: string | null;
  items: ChecklistItem[];
  /** When people are reminded next; null where nothing is open, or they were reminded often enough. */
  nextReminderAt: string | null;
  /** Who did what, oldest first, bounded. */
  notes: string[];
  /** What nobody heard, and why, bounded. */
  undelivered: string[];
}

/** What a checklist knows when it goes on in a new run. */
export interface CarriedChecklist {
  view: FollowUpView;
  reminders: Reminded;
}

/** Who was reminded of what. Plain JSON. */
export interface Reminded {
  /** Keys of the items that people were reminded of since they got their due dates. */
  keys: string[];
  lastAt: string | null;
  /** Messages since somebody was given something last. */
  sent: number;
}

/** With what both workflows go on. */
export interface FollowUpRun extends FollowUpInput, RunLimit {
  carried?: CarriedChecklist;
}

/** An incident that is over: its id, and the runs with which it began and ended. */
export interface OverIncident {
  workflowId: string;
  runId: string;
  lastRunId: string;
}

/** What `postIncident:` of halcyon.yaml says of an incident's checklist. */
export interface PostIncidentRules {
  /** What was over within this time, ended like this, and is of no severity of `except` gets the short form. */
  short: { withinMs: number; outcomes: string[]; except: string[] };
  /** Severities of which people meet. */
  meeting: { severities: string[] };
  /** So many incidents of one cause on one host within this time are a task for people, however each of them ended. */
  recurrence: { withinMs: number; bound: number };
}

export interface PostIncidentInput extends RunLimit {
  incident: OverIncident;
  rules: PostIncidentRules;
  /** Who has to do it; null for those on duty when the incident ends. */
  team: PagedTeam | null;
  /** Counted from the start. */
  dueInMs: number;
  remindEveryMs: number;
  carried?: CarriedChecklist;
}

/** What a controller makes of an incident that is over. */
export interface IncidentReview {
  title: string;
  summary: string;
  host: string | null;
  severity: string;
  /** Who has to do it: where the input names no team, the one that was on duty. */
  team: PagedTeam;
  form: 'whole' | 'short';
  items: ReviewedItem[];
  recurrence: Recurrence;
}

export type ReviewedItem = Pick<ChecklistItem, 'key' | 'cite' | 'title' | 'detail'> & { state: 'open' | 'known' };

/** How often one cause came back on one host. */
export interface Recurrence {
  /** Incidents that are over, this one among them. */
  count: number;
  withinMs: number;
  bound: number;
  /** Where they were counted. Temporal forgets what ended longer ago than its retention. */
  from: 'record' | 'temporal';
}

/** An incident's checklist: `post-incident/KingfisherServiceDown/h1/0190a5c1-6f2b`. */
export function postIncidentId({ workflowId, runId }: Pick<OverIncident, 'workflowId' | 'runId'>): string {
  // Run ids begin with their time: eight characters are the same for a minute.
  return `post-incident/${workflowId.replace(/^incident\//, '')}/${runId.slice(0, 13)}`;
}

/** Too many of one cause: people have to end it, and not mend it once more. */
export function isTooOften({ count, bound }: Pick<Recurrence, 'count' | 'bound'>): boolean {
  return count >= bound;
}
