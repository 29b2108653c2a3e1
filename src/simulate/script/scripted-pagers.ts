import type { PageInput, PagingActivities, SlackPageInput } from '../../activities/control/types';

export interface SentPage {
  channel: 'slack' | 'pagerduty';
  at: string;
  input: PageInput;
}

/** Slack and PagerDuty that take everything, and keep it. */
export class ScriptedPagers {
  readonly sent: SentPage[] = [];
  /** Called before each page; may throw, to script failures. */
  before: (page: SentPage) => Promise<void> | void = () => undefined;

  /** @param now the server's time */
  constructor(private readonly now: () => Promise<string>) {}

  activities(): PagingActivities {
    return {
      pageSlack: async (input: SlackPageInput) => {
        await this.take('slack', input);
        return { channel: input.team.slackChannel ?? '', ts: input.threadTs ?? `${this.sent.length}.0` };
      },
      pagePagerduty: async (input: PageInput) => {
        await this.take('pagerduty', input);
        return { dedupKey: input.subject.workflowId };
      },
    };
  }

  /** The first page of each tier about this, in order. */
  tiersOf(workflowId: string): { tier: number; at: string; team: string }[] {
    const tiers: { tier: number; at: string; team: string }[] = [];
    for (const { at, input } of this.about(workflowId)) {
      const { page, team } = input;
      if (page.kind !== 'tier' || tiers.some(({ tier }) => tier === page.tier)) continue;
      tiers.push({ tier: page.tier, at, team: team.name });
    }
    return tiers;
  }

  /** Hashes of the questions that were told. */
  askedOf(workflowId: string): string[] {
    return this.about(workflowId).flatMap(({ input: { page } }) => (page.kind === 'asked' ? [page.approval.hash] : []));
  }

  closedOf(workflowId: string): SentPage[] {
    return this.about(workflowId).filter(({ input }) => input.page.kind === 'closed');
  }

  private about(workflowId: string): SentPage[] {
    return this.sent.filter(({ input }) => input.subject.workflowId === workflowId);
  }

  private async take(channel: SentPage['channel'], input: PageInput): Promise<void> {
    const page = { channel, at: await this.now(), input };
    await this.before(page);
    this.sent.push(page);
  }
}
