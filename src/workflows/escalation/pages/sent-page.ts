import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { PageKind } from '../../../activities/control/types';
import { hasExpired } from '../../../shared/safety/approval';
import type { Approval } from '../../../shared/safety/approval';
import { firingKey } from '../../../shared/paging/escalation';
import type { Page, PageChannel, PagedTeam, Subject } from '../../../shared/paging/escalation';

/**
 * - `sending`: an activity tries, and goes on trying.
 * - `delivered`: Slack or PagerDuty said so.
 * - `failed`: refused for good.
 * - `interrupted`: taken back while nobody knew; sent again when the clock goes on.
 */
export type PageProgress = 'sending' | 'delivered' | 'failed' | 'interrupted';

/** A page with what is needed to send it again, or to tell its reader more. */
export interface SentPage extends Page {
  progress: PageProgress;
  key: string;
  pagedTeam: PagedTeam;
  kind: PageKind;
  /** What this page asks, as long as it can be answered. */
  question?: Approval;
}

/** A question that nobody can answer any more is not asked again. */
export function kindOf({ kind, question }: SentPage): PageKind {
  const isOpen = question !== undefined && !hasExpired(question, Date.now());
  return isOpen ? { kind: 'asked', approval: question } : kind;
}

/** However often a page is sent, one key is one page. */
export function pageKey(subject: Subject, tier: number, team: string, channel: PageChannel): string {
  return `${firingKey(subject)}/tier-${tier}/${team}/${channel}`;
}

/** What others may see of a page. */
export function plainPage(sent: SentPage): Page {
  const { progress: _, key: __, pagedTeam: ___, kind: ____, question: _____, ...page } = sent;
  return page;
}

export const TOLD: Record<PageKind['kind'], string> = {
  tier: 'Page',
  asked: 'Question',
  acknowledged: 'Acknowledgement',
  closed: 'Close',
  note: 'Note',
  monitoring: 'Fault of monitoring',
  test: 'Test page',
  testOver: 'End of the test page',
  report: 'Report',
};

export function channelsOf(team: PagedTeam): PageChannel[] {
  return [
    ...(team.slackChannel === null ? [] : (['slack'] as const)),
    ...(team.pagerdutyService === null ? [] : (['pagerduty'] as const)),
  ];
}

export function address({ team, channel }: { team: PagedTeam; channel: PageChannel }): string {
  return `${channel}:${channel === 'slack' ? team.slackChannel : team.pagerdutyService}`;
}

/** A bug in the workflow must stop its task and not look like a page that failed. */
export function isExpected(err: unknown): boolean {
  return err instanceof ActivityFailure || isCancellation(err);
}

/** Refused, as opposed to not known. */
export function isFinal(err: unknown): boolean {
  const cause = err instanceof ActivityFailure ? err.cause : undefined;
  return cause instanceof ApplicationFailure && (cause.nonRetryable === true || cause.type === 'PageNotDelivered');
}
