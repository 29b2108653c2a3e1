import { Context } from '@temporalio/activity';
import type { PagedTeam } from '../../shared/paging/escalation';
import type { Pause } from '../../shared/safety/guard';
import { guardId } from '../../shared/ids';
import type { CoordinationActivities, PagingActivities } from './types';
import { minute } from '../../shared/text/text';

export interface RemindDeps {
  pageSlack: PagingActivities['pageSlack'];
  onDuty(): PagedTeam;
}

/** A pause that nobody remembers is an outage that nobody heals: says so in the channel of those on duty. */
export function createRemindPauseActivities({
  pageSlack,
  onDuty,
}: RemindDeps): Pick<CoordinationActivities, 'remindPause'> {
  return {
    async remindPause({ host, pause }) {
      const workflowId = guardId(host);
      const summary = `Halcyon changes nothing on ${host}`;
      await pageSlack({
        subject: {
          workflowId,
          runId: '',
          firing: 1,
          runbook: 'guard',
          alertname: 'pause',
          host,
          severity: 'info',
          startsAt: pause.since,
          summary,
        },
        team: onDuty(),
        page: { kind: 'note', text: reminder(host, pause) },
        key: `${workflowId}/pause/${Context.current().info.scheduledTimestampMs}`,
        threadTs: null,
      });
    },
  };
}

function reminder(host: string, { by, reason, since, until }: Pause): string {
  const when = `since ${minute(since)} and until ${minute(until)}`;
  return `Halcyon changes nothing on ${host}: paused by ${by} ${when} (${reason}). To end it: halcyon resume --host ${host}`;
}
