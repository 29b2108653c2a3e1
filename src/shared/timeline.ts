/** What a line of the timeline is about: something seen, something changed, whether that helped, or something told. */
export type EntryKind = 'look' | 'change' | 'verification' | 'note';

export type EntryStatus = 'running' | 'done' | 'noChange' | 'notSo' | 'failed' | 'skipped' | 'note';

/** How that was found which a page is about. `notReady`: it lives, and cannot do its work yet. */
export type SubjectCondition = 'well' | 'notReady' | 'down';

/** What was there before a change, and after it. */
export interface Made {
  before: unknown;
  after: unknown;
}

/** One line of the timeline. */
export interface TimelineEntry {
  /** Stays with it, whatever leaves the timeline; those of later entries are higher. */
  id: number;
  at: string;
  /** When it ended; absent while it runs. */
  endedAt?: string;
  /** Place in the document, `A.1`. Empty for what Halcyon adds itself. */
  cite: string;
  title: string;
  kind: EntryKind;
  status: EntryStatus;
  /** What was found or done, with before and after. */
  detail: string;
  /** How that was which the page is about, where this entry saw it. */
  condition?: SubjectCondition;
  /** Of a change: the cause that it was made for, or why a person started it; absent where nobody said. */
  why?: string;
  /** Of a change: what was there before and what is there now, as its agent saw it; text where it is too large. */
  before?: unknown;
  after?: unknown;
  /** How often a look found exactly this, and when it last did; absent where it was once. */
  times?: number;
  lastAt?: string;
}

/** A change of a host that no incident made: by maintenance, by a person's lease, or by the end of a lease. */
export interface MadeChange {
  /** From 0 in its run; stays with it. */
  n: number;
  at: string;
  endedAt: string;
  cite: string;
  title: string;
  /** `noChange`: it was so already. `skipped`: it was not begun. */
  status: Extract<EntryStatus, 'done' | 'noChange' | 'failed' | 'skipped'>;
  detail: string;
  /** A person, the workflow id of an incident, or what else began it. */
  who: string;
  why: string;
  before: unknown;
  after: unknown;
}
