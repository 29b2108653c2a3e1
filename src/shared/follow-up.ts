import type { PagedTeam } from './paging/escalation';

/**
 * What is left for people once the machine is done: the checklist that ends the document (I.1 to I.8), and what a monthly
 * review asks for (G). Times are ISO 8601 in UTC.
 */

/** - `known`: Halcyon filled it in, and nobody has to do it. - `skipped`: somebody said why not. */
export type ItemState = 'open' | 'known' | 'done' | 'skipped';

export interface ChecklistItem {
  /** Names it within its list: `root-cause`. */
  key: string;
  /** Its line of the document: `I.1`, `G.8`. */
  cite: string;
  title: string;
  /** What Halcyon knows of it; empty where it knows nothing. */
  detail: string;
  state: ItemState;
  /** Whoever has to do it: a person, or the name of a team. */
  owner: string | null;
  dueAt: string | null;
  /** Who ended it, when, and what they said. */
  endedBy: string | null;
  endedAt: string | null;
  note: string;
}

/** An item as it is asked for. */
export type NewItem = Pick<ChecklistItem, 'key' | 'cite' | 'title' | 'detail'>;

/** Workflow `followUp`: tasks of people that are no incident's, with reminders until each is done or skipped. */
export interface FollowUpInput {
  /** What it follows: `Monthly maintenance of h1`. */
  title: string;
  host: string | null;
  /** The run that asks for it. */
  source: { workflowId: string; runId: string };
  items: NewItem[];
  /** Who is reminded; null for those on duty. */
  team: PagedTeam | null;
  /** Counted from the start. */
  dueInMs: number;
  /** Between two reminders of what is overdue. */
  remindEveryMs: number;
}
