import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { PageKind, PagingActivities } from '../../../activities/control/types';
import type { PageChannel, PagedTeam, Subject } from '../../../shared/paging/escalation';

/** One thing that one team is to hear by one channel. */
export interface Message {
  team: PagedTeam;
  channel: PageChannel;
  kind: PageKind;
  /** However often it is sent, one key is one message. */
  key: string;
  /** Only where the message of this key arrived. */
  ifPosted?: string;
}

export interface Sending {
  /** What Temporal UI shows of it. */
  summary: string;
  /** It was sent before, and nobody knows whether it arrived. */
  repeated: boolean;
  /** Given up after this time; absent for never. Milliseconds. */
  withinMs?: number;
}

/** Longer than the activity's own limits of 3 s for the incident's state and 5 s each for looking and posting. */
const ATTEMPT_MS = 15_000;
/** After the first minute a page is tried every five minutes at the least. */
const RETRY = { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 300_000 };

/** Brings messages to Slack and PagerDuty, and keeps those of a channel in one thread. */
export class PageCourier {
  constructor(
    private readonly subject: Subject,
    /** Slack channel of a team to its thread about this incident; kept by the pager. */
    private readonly threads: Record<string, string>,
  ) {}

  /** Resolves with where it went. */
  async deliver(message: Message, sending: Sending): Promise<string> {
    const { team, channel, kind, key, ifPosted } = message;
    const activities = activitiesFor(sending);
    const input = { subject: this.subject, team, page: kind, key, ...(sending.repeated ? { repeated: true } : {}) };
    if (channel === 'pagerduty') {
      await activities.pagePagerduty(input);
      return team.pagerdutyService ?? '';
    }
    const place = team.slackChannel ?? '';
    const threadTs = this.threads[place] ?? null;
    const asked = threadTs === null && ifPosted !== undefined ? { ifPosted } : {};
    const posted = await activities.pageSlack({ ...input, threadTs, ...asked });
    if (posted.ts !== '') this.threads[place] ??= posted.thread ?? posted.ts;
    return place;
  }
}

function activitiesFor({ summary, withinMs }: Sending) {
  return proxyActivities<PagingActivities>({
    startToCloseTimeout: ATTEMPT_MS,
    ...(withinMs === undefined ? {} : { scheduleToCloseTimeout: withinMs }),
    retry: RETRY,
    // What was taken back is over when this says so: only then is it known whether somebody was paged.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary,
  });
}
