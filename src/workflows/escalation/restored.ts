import type { EscalationInput, Page, RestoredClock, Subject } from '../../shared/paging/escalation';
import { newClock } from './clock';
import type { ClockState } from './clock';
import { newPager } from './pages/pager';
import type { PagerState } from './pages/pager';
import { pageKey } from './pages/sent-page';
import type { SentPage } from './pages/sent-page';

/** What a clock that was ended from outside had done, as its incident heard it: nobody is paged twice. */
export function restored(
  { subject, plan, restored: known }: EscalationInput,
  now: number,
): { clock: ClockState; pager: PagerState } | undefined {
  if (known === undefined) return undefined;
  const pages = known.pages.map((page) => sentPage(page, subject, plan));
  return {
    clock: {
      ...newClock(Math.min(now, Date.parse(known.begunAt))),
      out: out(known.pages),
      acknowledged: acknowledgement(known, now),
    },
    // Messages of the clock before have numbers, too: these are others.
    pager: { ...newPager(), pages, messages: now, mayBeSent: true },
  };
}

/** Tiers in their order, each once. */
function out(pages: Page[]): ClockState['out'] {
  const firsts = pages.filter((page, at) => pages.findIndex(({ tier }) => tier === page.tier) === at);
  return firsts.sort((a, b) => a.tier - b.tier).map(({ team, at }) => ({ team, at: Date.parse(at) }));
}

function acknowledgement({ acknowledged }: RestoredClock, now: number): ClockState['acknowledged'] {
  const until = Date.parse(acknowledged?.until ?? '');
  return acknowledged !== null && until > now ? { as: acknowledged.as, at: now, until } : null;
}

/** One that was not delivered when the clock ended may have been since: it is looked for before it is sent again. */
function sentPage(page: Page, subject: Subject, { teams, urgency }: EscalationInput['plan']): SentPage {
  const { tier, team, teamName, channel, collapsed, delivered } = page;
  return {
    ...page,
    progress: delivered ? 'delivered' : 'interrupted',
    key: pageKey(subject, tier, team, channel),
    pagedTeam: teams[team] ?? { name: teamName, slackChannel: null, pagerdutyService: null },
    kind: { kind: 'tier', tier, senior: false, collapsed, reason: null, urgency },
  };
}
