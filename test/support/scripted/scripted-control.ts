import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { CoordinationActivities, PageInput, PagingActivities } from '../../../src/activities/control/types';
import type { PageChannel } from '../../../src/shared/paging/escalation';

/** One message that a pager accepted. */
export interface Received {
  /** By the server's clock, when the attempt was scheduled. */
  at: number;
  workflowId: string;
  channel: PageChannel;
  team: string;
  page: PageInput['page'];
  key: string;
  threadTs: string | null;
  ifPosted: string | undefined;
  repeated: boolean;
}

/** Controller activities whose answers a test scripts; keeps what was accepted. */
export class ScriptedControl {
  readonly received: Received[] = [];
  /** Runs that ended, by workflow id. */
  readonly ended = new Map<string, string>();
  /** Called before a page or message is accepted; may throw or wait, to script failures. */
  before: (channel: PageChannel, input: PageInput, attempt: number) => Promise<void> | void = () => undefined;

  activities(): PagingActivities & Pick<CoordinationActivities, 'observeRun'> {
    return {
      pageSlack: async (input) => {
        await this.take('slack', input, input.threadTs, input.ifPosted);
        return { channel: `C-${input.team.name}`, ts: input.threadTs ?? `ts of ${input.key}` };
      },
      pagePagerduty: async (input) => {
        await this.take('pagerduty', input, null, undefined);
        return { dedupKey: input.subject.runId };
      },
      observeRun: async ({ workflowId }) => {
        const status = this.ended.get(workflowId) ?? 'RUNNING';
        return { open: status === 'RUNNING', status };
      },
    };
  }

  /** Tier pages about one subject, oldest first. */
  tiers(workflowId: string, channel?: PageChannel): (Received & { tier: number; collapsed: boolean })[] {
    return this.of(workflowId, 'tier', channel).flatMap((one) =>
      one.page.kind === 'tier' ? [{ ...one, tier: one.page.tier, collapsed: one.page.collapsed }] : [],
    );
  }

  of(workflowId: string, kind: PageInput['page']['kind'], channel?: PageChannel): Received[] {
    return this.received.filter(
      (one) =>
        one.workflowId === workflowId && one.page.kind === kind && (channel === undefined || one.channel === channel),
    );
  }

  private async take(
    channel: PageChannel,
    input: PageInput,
    threadTs: string | null,
    ifPosted: string | undefined,
  ): Promise<void> {
    const { attempt, currentAttemptScheduledTimestampMs } = Context.current().info;
    await this.before(channel, input, attempt);
    this.received.push({
      at: currentAttemptScheduledTimestampMs,
      workflowId: input.subject.workflowId,
      channel,
      team: input.team.name,
      page: input.page,
      key: input.key,
      threadTs,
      ifPosted,
      repeated: input.repeated ?? false,
    });
  }
}

/** As a pager with a wrong key answers. */
export function refusal(): ApplicationFailure {
  return ApplicationFailure.nonRetryable('PagerDuty refuses: invalid key', 'PageNotDelivered');
}
