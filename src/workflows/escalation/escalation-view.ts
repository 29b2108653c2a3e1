import type { EscalationInput, EscalationView, Subject } from '../../shared/paging/escalation';
import { tellRoute } from '../../shared/paging/escalation-routes';
import type { RunLimit } from '../../shared/run-limit';
import type { ClockState, EscalationClock } from './clock';
import type { News } from './news';
import type { Pager, PagerState } from './pages/pager';
import { plainPage } from './pages/sent-page';
import { iso } from '../support/time';

/** `carried`: what the run before this one knew. */
export type EscalationRunInput = EscalationInput & RunLimit & { carried?: EscalationCarried };

/** What goes on into the next run. */
export interface EscalationCarried {
  clock: ClockState;
  pager: PagerState;
  askedKeys: string[];
  gone: string | null;
  isLineSaid: boolean;
  notTaken: string[];
}

/** The escalation as it stands. `closed`: how it ended; null while it goes on. */
export function escalationView(
  { subject, clock, pager, news }: { subject: Subject; clock: EscalationClock; pager: Pager; news: News },
  closed: EscalationView['closed'],
): EscalationView {
  const { acknowledged } = clock.state;
  return {
    subject,
    route: tellRoute(clock.plan),
    pages: pager.state.pages.map(plainPage),
    acknowledged:
      acknowledged === null ? null : { as: acknowledged.as, at: iso(acknowledged.at), until: iso(acknowledged.until) },
    stillSince: closed !== null || clock.stillSince === null ? null : iso(clock.stillSince),
    next: closed === null ? clock.next() : null,
    notTaken: news.dropped,
    closed,
  };
}
