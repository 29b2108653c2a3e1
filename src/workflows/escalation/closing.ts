import type { EscalationPlan, Subject } from '../../shared/paging/escalation';
import { EscalationClock } from './clock';
import type { ClockState } from './clock';
import { Announcements } from './pages/announcements';
import type { Closing } from './pages/announcements';
import { Pager } from './pages/pager';
import type { PagerState } from './pages/pager';

/** What is known of a clock that has stopped, and how its incident ended. */
export interface ClosingInput {
  subject: Subject;
  plan: EscalationPlan;
  clock: ClockState;
  pager: PagerState;
  closing: Closing;
}

/**
 * Tells everyone who heard of an incident that it is over, and resolves what was opened in PagerDuty. A workflow of its own:
 * PagerDuty may be away for hours, and the clock of the next incident waits for nobody.
 */
export async function closing({ subject, plan, clock, pager: state, closing: end }: ClosingInput): Promise<void> {
  const pager = new Pager(subject, () => undefined, state);
  const announcements = new Announcements(subject, new EscalationClock(plan, 0, clock), pager);
  announcements.closed(end, Date.now());
  await pager.allTold();
}
