import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import type { PageKind, PagingActivities } from '../../../activities/control/types';
import type { Page, PageChannel, PagedTeam, Subject } from '../../../shared/escalation';
import { reason } from '../host-steps';
import type { DueTier } from './clock';

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
}

/** What a pager remembers; plain, so that it can be carried on into the next run. */
export interface PagerState {
  pages: SentPage[];
  /** Slack channel of a team to its thread about this incident. */
  threads: Record<string, string>;
  /** Teams that were asked something without being paged. */
  asked: PagedTeam[];
  /** Messages so far: part of their keys. */
  messages: number;
}

interface Message {
  team: PagedTeam;
  channel: PageChannel;
  kind: PageKind;
  key: string;
  ifPosted?: string;
}

/** Longer than the activity's own limits of 3 s for the incident's state and 5 s each for looking and posting. */
const ATTEMPT_MS = 15_000;
/** After the first minute a page is tried every five minutes at the least. */
const RETRY = { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 300_000 };

/**
 * Sends pages and messages, and knows who got which. Nothing here waits for Slack or PagerDuty unless it says so: what
 * hangs in one channel holds up neither the other nor the clock.
 */
export class Pager {
  readonly state: PagerState;
  private pageScope = new CancellationScope();
  private messageScope = new CancellationScope();
  private pagesUnderWay = new Set<Promise<void>>();
  private messagesUnderWay = new Set<Promise<void>>();

  constructor(
    private readonly subject: Subject,
    private readonly onChange: () => void,
    carried?: PagerState,
  ) {
    this.state = carried ?? { pages: [], threads: {}, asked: [], messages: 0 };
  }

  /** Pages a tier over every channel of its team. `ended`: how the incident's run ended, where it did. */
  page({ tier, chosen, senior, collapsed, reason: why }: DueTier, at: string, ended: string | null = null): void {
    const about = { kind: 'tier', tier, senior, collapsed, reason: why } as const;
    const kind: PageKind = ended === null ? about : { ...about, ended };
    const base = { at, tier, team: chosen.key, teamName: chosen.team.name, pagedTeam: chosen.team, kind, collapsed };
    const pages = channelsOf(chosen.team).map((channel): SentPage => ({
      ...base,
      channel,
      key: `${this.subject.runId}/tier-${tier}/${chosen.key}/${channel}`,
      delivered: false,
      detail: 'being sent',
      progress: 'sending',
    }));
    const none: SentPage = {
      ...base,
      channel: 'slack',
      key: '',
      delivered: false,
      detail: `${chosen.team.name} has no channel`,
      progress: 'failed',
    };
    this.state.pages.push(...(pages.length === 0 ? [none] : pages));
    pages.forEach((page) => this.send(page, false));
  }

  /** Sends what was interrupted again. */
  resume(): void {
    this.sendAgain('interrupted', () => true);
  }

  /** Sends again what was refused for good, for tiers that reached nobody: keys and channels can be mended. */
  retryRefused(): void {
    this.sendAgain('failed', (page) => this.isRetryable(page));
  }

  get hasRefused(): boolean {
    return this.state.pages.some((page) => page.progress === 'failed' && this.isRetryable(page));
  }

  private isRetryable(page: SentPage): boolean {
    return page.key !== '' && !this.isDelivered(page.tier);
  }

  private sendAgain(progress: PageProgress, wanted: (page: SentPage) => boolean): void {
    this.state.pages
      .filter((page) => page.progress === progress && wanted(page))
      .forEach((page) => this.send(page, true));
  }

  /** Takes back what is under way, and waits until it is known how that ended. */
  async interrupt(): Promise<void> {
    this.pageScope.cancel();
    await Promise.all(this.pagesUnderWay);
    this.pageScope = new CancellationScope();
  }

  pagesOf(tier: number): SentPage[] {
    return this.state.pages.filter((page) => page.tier === tier);
  }

  isDelivered(tier: number): boolean {
    return this.pagesOf(tier).some((page) => page.delivered);
  }

  /** Nobody tries to send this tier any more. */
  isSettled(tier: number): boolean {
    return this.pagesOf(tier).every((page) => page.progress === 'delivered' || page.progress === 'failed');
  }

  get isSending(): boolean {
    return this.state.pages.some((page) => page.progress === 'sending');
  }

  get isTelling(): boolean {
    return this.messagesUnderWay.size > 0;
  }

  /** A message to everyone who was paged or asked, over the channels that they were reached by. */
  tellAll(kind: PageKind, withinMs: number, channels: PageChannel[] = ['slack', 'pagerduty']): void {
    this.state.messages += 1;
    const number = this.state.messages;
    this.readers()
      .filter((reader) => channels.includes(reader.channel))
      .forEach((reader) => {
        this.tell({ ...reader, kind, key: `${this.subject.runId}/message-${number}/${address(reader)}` }, withinMs);
      });
  }

  /** A question to a team and to all that were paged, in Slack; its key makes it one question however often it comes. */
  ask(team: PagedTeam, kind: PageKind, key: string, withinMs: number): void {
    const isNew = !this.state.asked.some((known) => known.slackChannel === team.slackChannel);
    if (team.slackChannel !== null && isNew) this.state.asked.push(team);
    this.readers()
      .filter((reader) => reader.channel === 'slack' && reader.ifPosted === undefined)
      .forEach((reader) => {
        this.tell({ ...reader, kind, key: `${this.subject.runId}/${key}/${address(reader)}` }, withinMs);
      });
  }

  /** A message to a team's Slack channel, where nobody was paged or asked. */
  tellUncalled(team: PagedTeam, kind: PageKind, withinMs: number): void {
    if (team.slackChannel === null || this.state.pages.length > 0 || this.state.asked.length > 0) return;
    this.tell({ team, channel: 'slack', kind, key: `${this.subject.runId}/uncalled` }, withinMs);
  }

  /** Drops the messages that are still on their way, and waits until they are. */
  async stopTelling(): Promise<void> {
    this.messageScope.cancel();
    await this.allTold();
    this.messageScope = new CancellationScope();
  }

  async allTold(): Promise<void> {
    await Promise.all(this.messagesUnderWay);
  }

  /** Each channel once, with those whose page may or may not have arrived. */
  private readers(): Omit<Message, 'kind' | 'key'>[] {
    const reached = this.state.pages.filter((page) => page.delivered);
    const unknown = this.state.pages.filter((page) => page.progress === 'interrupted' || page.progress === 'sending');
    const all: Omit<Message, 'kind' | 'key'>[] = [
      ...reached.map(({ pagedTeam, channel }) => ({ team: pagedTeam, channel })),
      ...this.state.asked.map((team) => ({ team, channel: 'slack' as const })),
      ...unknown.map(({ pagedTeam, channel, key }) => ({ team: pagedTeam, channel, ifPosted: key })),
    ];
    return all.filter((reader, index) => all.findIndex((other) => address(other) === address(reader)) === index);
  }

  private send(page: SentPage, repeated: boolean): void {
    page.progress = 'sending';
    const { pagedTeam: team, channel, kind, key } = page;
    const summary = `Tier ${page.tier} to ${page.teamName}: ${NAME[channel]}`;
    const sent = this.pageScope
      .run(() => this.deliver({ team, channel, kind, key }, { summary, repeated }))
      .then((where) => {
        page.progress = 'delivered';
        page.delivered = true;
        page.detail = where;
      })
      .catch((err: unknown) => {
        if (!isExpected(err)) throw err;
        page.progress = isFinal(err) ? 'failed' : 'interrupted';
        page.detail = isFinal(err) ? reason(err) : 'interrupted';
      });
    this.track(this.pagesUnderWay, sent);
  }

  private tell(message: Message, withinMs: number): void {
    const summary = `${TOLD[message.kind.kind]} to ${message.team.name}: ${NAME[message.channel]}`;
    const told = this.messageScope
      .run(() => this.deliver(message, { summary, repeated: false, withinMs }))
      .then(() => undefined)
      .catch((err: unknown) => {
        if (!isExpected(err)) throw err;
      });
    this.track(this.messagesUnderWay, told);
  }

  private track(set: Set<Promise<void>>, work: Promise<void>): void {
    const tracked = work.finally(() => {
      set.delete(tracked);
      this.onChange();
    });
    set.add(tracked);
  }

  private async deliver(
    { team, channel, kind, key, ifPosted }: Message,
    { summary, repeated, withinMs }: { summary: string; repeated: boolean; withinMs?: number },
  ): Promise<string> {
    const activities = proxyActivities<PagingActivities>({
      startToCloseTimeout: ATTEMPT_MS,
      ...(withinMs === undefined ? {} : { scheduleToCloseTimeout: withinMs }),
      retry: RETRY,
      // What was taken back is over when this says so: only then is it known whether somebody was paged.
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary,
    });
    const input = { subject: this.subject, team, page: kind, key, ...(repeated ? { repeated } : {}) };
    if (channel === 'pagerduty') {
      await activities.pagePagerduty(input);
      return team.pagerdutyService ?? '';
    }
    const place = team.slackChannel ?? '';
    const threadTs = this.state.threads[place] ?? null;
    const asked = threadTs === null && ifPosted !== undefined ? { ifPosted } : {};
    const posted = await activities.pageSlack({ ...input, threadTs, ...asked });
    if (posted.ts !== '') this.state.threads[place] ??= posted.ts;
    return place;
  }
}

/** What others may see of a page. */
export function plainPage({ progress: _, key: __, pagedTeam: ___, kind: ____, ...page }: SentPage): Page {
  return page;
}

const NAME: Record<PageChannel, string> = { slack: 'Slack', pagerduty: 'PagerDuty' };
const TOLD: Record<PageKind['kind'], string> = {
  tier: 'Page',
  asked: 'Question',
  acknowledged: 'Acknowledgement',
  closed: 'Close',
  note: 'Note',
};

function channelsOf(team: PagedTeam): PageChannel[] {
  return [
    ...(team.slackChannel === null ? [] : (['slack'] as const)),
    ...(team.pagerdutyService === null ? [] : (['pagerduty'] as const)),
  ];
}

function address({ team, channel }: { team: PagedTeam; channel: PageChannel }): string {
  return `${channel}:${channel === 'slack' ? team.slackChannel : team.pagerdutyService}`;
}

/** A bug in the workflow must stop its task and not look like a page that failed. */
function isExpected(err: unknown): boolean {
  return err instanceof ActivityFailure || isCancellation(err);
}

/** Refused, as opposed to not known. */
function isFinal(err: unknown): boolean {
  const cause = err instanceof ActivityFailure ? err.cause : undefined;
  return cause instanceof ApplicationFailure && (cause.nonRetryable === true || cause.type === 'PageNotDelivered');
}
