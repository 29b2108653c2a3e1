import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { countedOf } from '../../../shared/figures/counted';
import { recurrenceOf } from '../../../shared/figures/recurrence';
import type { PagedTeam } from '../../../shared/paging/escalation';
import type { IncidentReview, OverIncident } from '../../../shared/post-incident/checklist';
import { itemsOf } from '../../../shared/post-incident/review';
import { endOf, isShort } from '../../../shared/post-incident/reviewed';
import type { Reviewed } from '../../../shared/post-incident/reviewed';
import type { RecordedIncident } from '../../../shared/record';
import type { RunbookName } from '../../../shared/runbooks';
import { placeOf } from '../../../shared/summary/condition';
import type { Store } from '../../../store/store';
import { bareIncident, readRun } from '../record/read-run';
import { reportToTeam } from '../paging/team-report';
import type { PagingActivities, PostIncidentActivities } from '../types';
import { earlierIncidents } from './earlier';

const DAY_MS = 86_400_000;
/** So long after a run was ended from outside a controller may still come that can say how it stood. */
const READABLE_WITHIN_MS = 600_000;

export interface PostIncidentDeps {
  client: Client;
  store: Pick<Store, 'countedSince' | 'read'> | null;
  pageSlack: PagingActivities['pageSlack'];
  onDuty(): PagedTeam;
  /** What is too much or too long on the page of a runbook, as it is configured now. */
  limits(runbook: RunbookName): Record<string, number>;
}

/** What a checklist needs outside: an incident that is over, how often its cause came back, and the team's channel. */
export function createPostIncidentActivities(deps: PostIncidentDeps): PostIncidentActivities {
  const { client, store, pageSlack, onDuty, limits } = deps;
  return {
    async reviewIncident({ incident, rules, team }) {
      const { view, status, endedAt, ...run } = await readOver(client, store, incident);
      const { withinMs, bound } = rules.recurrence;
      const since = new Date(Date.parse(view.startsAt) - withinMs);
      const { incidents, from } = await earlierIncidents(client, store, view, since);
      const own = countedOf({ ...run, runId: incident.runId, view, status, endedAt });
      const came = recurrenceOf(own, incidents, Math.max(1, Math.round(withinMs / DAY_MS)));
      const over = { view, status, endedAt };
      const of: Reviewed = {
        ...{ incident, ...over, isShort: isShort(over, rules), rules, came, limits: limits(view.runbook) },
        recurrence: { count: came.time, withinMs, bound, from },
      };
      return {
        title: `After ${view.alertname} on ${placeOf(view)}`,
        ...{ summary: endOf(of), host: view.host, severity: view.severity, team: team ?? onDuty() },
        ...{ form: of.isShort ? 'short' : 'whole', items: itemsOf(of), recurrence: of.recurrence },
      } satisfies IncidentReview;
    },
    async tellPeople({ team, ...report }) {
      await reportToTeam(pageSlack, team ?? onDuty(), { ...report, runbook: 'postIncident', alertname: 'Checklist' });
    },
  };
}

/** How it ended; where no controller can say that of a run that was ended from outside, what Temporal itself shows. */
async function readOver(
  client: Client,
  store: PostIncidentDeps['store'],
  { workflowId, runId, lastRunId }: OverIncident,
): Promise<RecordedIncident> {
  try {
    const { view, ...run } = await readRun(client, workflowId, lastRunId);
    if (view !== null) return { ...run, view };
    if (Date.now() - Context.current().info.scheduledTimestampMs < READABLE_WITHIN_MS) {
      throw ApplicationFailure.retryable('no controller can read it now', 'NotReadable');
    }
    return bareIncident({ ...run, view }, await client.workflow.getHandle(workflowId, lastRunId).describe());
  } catch (err) {
    if (!(err instanceof WorkflowNotFoundError)) throw err;
    const recorded = await store?.read(runId);
    if (recorded !== undefined) return recorded;
    throw ApplicationFailure.nonRetryable(`Temporal has forgotten ${workflowId}, and no record has it`, 'IncidentGone');
  }
}
