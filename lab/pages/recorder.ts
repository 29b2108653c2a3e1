import { Context } from '@temporalio/activity';
import type { PageInput, PagingActivities, SlackPageInput } from '../../src/activities/control/types';
import type { PagerdutyEvent, StandInPagerduty } from '../stand-ins/pagerduty';
import type { SlackMessage, StandInSlack } from '../stand-ins/slack';
import type { PlayedPage } from './played';

interface Pagers {
  slack: StandInSlack;
  pagerduty: StandInPagerduty;
}

/** Keeps what arrived at the stand-ins of Slack and PagerDuty, with its time by Temporal's clock. */
export class Recorder {
  readonly pages: PlayedPage[] = [];
  /** Epoch milliseconds by Temporal's clock at which the alert began. */
  zero = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly pagers: Pagers) {}

  /** The real activities, one after the other, so that each is known by what it sent. */
  recording(real: PagingActivities): PagingActivities {
    const { slack, pagerduty } = this.pagers;
    return {
      pageSlack: async (input: SlackPageInput) =>
        await this.inTurn(async () => {
          const before = slack.messages.length;
          const posted = await real.pageSlack(input);
          slack.messages.slice(before).forEach((message) => this.pages.push(this.slackPage(input, message)));
          return posted;
        }),
      pagePagerduty: async (input: PageInput) =>
        await this.inTurn(async () => {
          const before = pagerduty.events.length;
          const sent = await real.pagePagerduty(input);
          pagerduty.events.slice(before).forEach((event) => this.pages.push(this.pagerdutyPage(input, event)));
          return sent;
        }),
    };
  }

  private async inTurn<T>(send: () => Promise<T>): Promise<T> {
    const sent = this.last.then(send);
    this.last = sent.catch(() => undefined);
    return await sent;
  }

  private common(input: PageInput): Pick<PlayedPage, 'afterMs' | 'team' | 'kind'> {
    const afterMs = Context.current().info.currentAttemptScheduledTimestampMs - this.zero;
    return { afterMs, team: input.team.name, kind: input.page.kind };
  }

  private slackPage(input: SlackPageInput, { text, blocks, thread_ts }: SlackMessage): PlayedPage {
    const [, ...below] = blocks.map((block) => block.text?.text ?? '');
    return {
      ...this.common(input),
      channel: 'slack',
      to: input.team.slackChannel ?? '',
      isReply: thread_ts !== undefined,
      title: asRead(text),
      lines: below.flatMap((section) => asRead(section).split('\n')),
    };
  }

  private pagerdutyPage(input: PageInput, { event_action, payload, links = [] }: PagerdutyEvent): PlayedPage {
    const details = Object.entries(payload?.custom_details ?? {});
    return {
      ...this.common(input),
      channel: 'pagerduty',
      to: `${input.team.pagerdutyService} (${event_action})`,
      isReply: false,
      title: payload?.summary ?? `(${event_action})`,
      lines: [
        ...details.flatMap(([name, text]) => [`${name}:`, ...text.split('\n').map((line) => `  ${line}`)]),
        ...links.map(({ text, href }) => `${text}: ${href}`),
      ],
    };
  }
}

/** Slack's mrkdwn as its reader sees it: without marks and entities, links by their name. */
export function asRead(mrkdwn: string): string {
  return mrkdwn
    .replace(/<([^|>]+)\|([^>]+)>/g, '$2: $1')
    .replace(/(?<!\u2060)[*`](?!\u2060)/g, '')
    .replace(/\u2060/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}
