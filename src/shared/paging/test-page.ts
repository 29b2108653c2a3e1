import type { PageChannel, PagedTeam, Urgency } from './escalation';

/** One way by which a team can be reached. */
export interface TestTarget {
  team: PagedTeam;
  channel: PageChannel;
}

/** What a person wants to try. No secret is in it: keys and tokens are the controller's. */
export interface TestPageInput {
  by: string;
  targets: TestTarget[];
  urgency: Urgency;
  /** How long PagerDuty's incident stays open, so that a phone can ring. Milliseconds. */
  openForMs: number;
}

/** What became of the test page by one way. */
export interface TestPageResult extends TestTarget {
  accepted: boolean;
  /** Whether PagerDuty's incident was resolved again; null where there is none. */
  resolved: boolean | null;
  /** Who accepted it, or the reason and what to do about it. */
  detail: string;
}

/** Workflow ids of test pages begin so. */
export const TEST_PAGE_PREFIX = 'testPage/';
