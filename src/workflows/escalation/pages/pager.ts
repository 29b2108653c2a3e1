import { CancellationScope } from '@temporalio/workflow';
import type { PageKind } from '../../../activities/control/types';
import type { Approval } from '../../../shared/safety/approval';
import { CHANNEL_NAMES, firingKey } from '../../../shared/paging/escalation';
import type { PageChannel, PagedTeam, Subject, Urgency } from '../../../shared/paging/escalation';
import { reason } from '../../runbook/step-failures';
import type { DueTier } from '../clock';
import { MessagesUnderWay } from './messages-under-way';
import { newPages } from './new-pages';
import { PageCourier } from './page-courier';
import type { Message } from './page-courier';
import { TOLD, address, isExpected, isFinal, kindOf } from './sent-page';
import type { PageProgress, SentPage } from './sent-page';

/** What a pager remembers; plain, so that it can be carried on into the next run. */
export interface PagerState {
  pages: SentPage[];
  /** Slack channel of a team to its thread about this incident. */
  threads: Record<string, string>;
  /** Teams that were told or asked something in Slack without being paged. */
  asked: PagedTeam[];
  /** Teams that PagerDuty called for a question, without a tier. */
  rung: PagedTeam[];
  /** Messages so far: part of their keys. */
  messages: number;
  /** A clock before this one may have sent what this one sends: it is looked for first. */
  mayBeSent: boolean;
}

/** One that has sent nothing yet. */
export function newPager(): PagerState {
  return { pages: [], threads: {}, asked: [], rung: [], messages: 0, mayBeSent: false };
}

/** What else there is to say of a tier's page. */
export interface PageReason {
  /** What makes it due is a question. */
  question?: Approval | null;
  /** How the incident's run ended, in words. */
  ended?: string | null;
}

/** Whoever reads a page hears what follows, by the same channel. */
export const WHERE_PAGED: PageChannel[] = ['slack', 'pagerduty'];
/**
 * Sends pages and messages, and knows who got which. Nothing here waits for Slack or PagerDuty unless it says so: what
 * hangs in one channel holds up neither the other nor the clock.
 */
export class Pager {
  readonly state: PagerState;
  private readonly courier: PageCourier;
  private readonly key: string;
  private pageScope = new CancellationScope();
  private readonly pagesUnderWay = new Set<Promise<void>>();
  private readonly messages: MessagesUnderWay;

  constructor(
    private readonly subject: Subject,
    private readonly onChange: () => void,
    carried?: PagerState,
  ) {
    this.state = carried ?? newPager();
    this.courier = new PageCourier(subject, this.state.threads);
    this.key = firingKey(subject);
    this.messages = new MessagesUnderWay(onChange);
  }

  /**
   * Pages a tier over every channel of its team. A `question` that makes it due is what Slack says in its place: nobody
   * reads two messages about one thing. `ended`: how the incident's run ended, where it did.
   */
  page(due: DueTier, at: string, urgency: Urgency, { question = null, ended = null }: PageReason = {}): void {
    const pages = newPages(this.subject, due, at, { urgency, question, ended });
    this.state.pages.push(...pages);
    pages.filter(({ key }) => key !== '').forEach((page) => this.send(page, this.state.mayBeSent));
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
    return !this.messages.isEmpty;
  }

  /** A message to everyone who was paged or asked, over the channels that they were reached by. */
  tellAll(kind: PageKind, withinMs: number, channels: PageChannel[] = WHERE_PAGED): void {
    this.state.messages += 1;
    const number = this.state.messages;
    this.readers()
      .filter((reader) => channels.includes(reader.channel))
      // Where no page stands, a note would be one, and ring.
      .filter(({ channel, ifPosted }) => kind.kind !== 'note' || channel === 'slack' || ifPosted === undefined)
      .forEach((reader) => {
        this.tell({ ...reader, kind, key: `${this.key}/message-${number}/${address(reader)}` }, withinMs);
      });
  }

  /**
   * Something for a team and for all that were paged, in Slack; `rings`: PagerDuty calls the team as well. Its key makes
   * it one message however often it comes.
   */
  ask(
    team: PagedTeam,
    kind: PageKind,
    { key, withinMs, rings }: { key: string; withinMs: number; rings: boolean },
  ): void {
    const isNew = !this.state.asked.some((known) => known.slackChannel === team.slackChannel);
    if (team.slackChannel !== null && isNew) this.state.asked.push(team);
    const isCalled = rings && team.pagerdutyService !== null;
    if (isCalled) this.state.rung.push(team);
    const called = address({ team, channel: 'pagerduty' });
    this.readers()
      .filter((reader) => reader.ifPosted === undefined)
      .filter((reader) => reader.channel === 'slack' || (isCalled && address(reader) === called))
      .forEach((reader) => {
        this.tell({ ...reader, kind, key: `${this.key}/${key}/${address(reader)}` }, withinMs);
      });
  }

  /** A message to a team's Slack channel, where nobody was paged or asked. */
  tellUncalled(team: PagedTeam, kind: PageKind, withinMs: number): void {
    if (team.slackChannel === null || this.state.pages.length > 0 || this.state.asked.length > 0) return;
    this.tell({ team, channel: 'slack', kind, key: `${this.key}/uncalled` }, withinMs);
  }

  /** Drops the messages that are still on their way, all or those of one kind, and waits until they are. */
  async stopTelling(kind?: PageKind['kind']): Promise<void> {
    await this.messages.drop(kind);
  }

  async allTold(): Promise<void> {
    await this.messages.ended();
  }

  /** Each channel once, with those whose page may or may not have arrived. */
  private readers(): Omit<Message, 'kind' | 'key'>[] {
    const reached = this.state.pages.filter((page) => page.delivered);
    const unknown = this.state.pages.filter((page) => page.progress === 'interrupted' || page.progress === 'sending');
    const all: Omit<Message, 'kind' | 'key'>[] = [
      ...reached.map(({ pagedTeam, channel, key }) => ({
        team: pagedTeam,
        channel,
        ...this.unlessKnown(pagedTeam, channel, key),
      })),
      ...this.state.asked.map((team) => ({ team, channel: 'slack' as const })),
      ...this.state.rung.map((team) => ({ team, channel: 'pagerduty' as const })),
      ...unknown.map(({ pagedTeam, channel, key }) => ({ team: pagedTeam, channel, ifPosted: key })),
    ];
    return all.filter((reader, index) => all.findIndex((other) => address(other) === address(reader)) === index);
  }

  /** The thread of a page that an earlier clock sent is looked for. */
  private unlessKnown({ slackChannel }: PagedTeam, channel: PageChannel, key: string): { ifPosted?: string } {
    const isKnown = channel !== 'slack' || this.state.threads[slackChannel ?? ''] !== undefined;
    return isKnown ? {} : { ifPosted: key };
  }

  private send(page: SentPage, repeated: boolean): void {
    page.progress = 'sending';
    const { pagedTeam: team, channel, key } = page;
    const kind = kindOf(page);
    const summary = `Tier ${page.tier} to ${page.teamName}: ${CHANNEL_NAMES[channel]}`;
    const sent = this.pageScope
      .run(() => this.courier.deliver({ team, channel, kind, key }, { summary, repeated }))
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
    const tracked = sent.finally(() => {
      this.pagesUnderWay.delete(tracked);
      this.onChange();
    });
    this.pagesUnderWay.add(tracked);
  }

  private tell(message: Message, withinMs: number): void {
    const { kind } = message.kind;
    const summary = `${TOLD[kind]} to ${message.team.name}: ${CHANNEL_NAMES[message.channel]}`;
    const sending = { summary, repeated: this.state.mayBeSent, withinMs };
    this.messages.begin(kind, () => this.courier.deliver(message, sending));
  }
}
