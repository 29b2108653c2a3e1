import { proxyActivities } from '@temporalio/workflow';
import type { PostIncidentActivities } from '../../activities/control/types';
import { ordinal } from '../../shared/figures/recurrence';
import type { ChecklistItem } from '../../shared/follow-up';
import { isTooOften } from '../../shared/post-incident/checklist';
import type {
  FollowUpView,
  IncidentReview,
  PostIncidentInput,
  ReviewedItem,
} from '../../shared/post-incident/checklist';
import { counted } from '../../shared/text/text';
import { continueInNewRun } from '../support/continue-when-long';
import { Checklist } from './checklist';
import { asked } from './follow-up';
import { isOpen } from './items';

/**
 * The checklist that ends the document, for one incident that is over: filled in as far as Halcyon knows, the rest for
 * people. One of which nothing is left ends at once.
 */
export async function postIncident(input: PostIncidentInput): Promise<FollowUpView> {
  const { incident, team, dueInMs, rules, carried } = input;
  const { workflowId, runId } = incident;
  const checklist = new Checklist(
    {
      title: `After ${workflowId.replace(/^incident\//, '')}`,
      summary: '',
      host: null,
      source: { workflowId, runId },
      team,
    },
    input,
    carried,
  );
  if (carried === undefined) {
    const review = await reviewed({ incident, rules, team });
    const { title, summary, host, items } = review;
    const { openedAt } = checklist.view;
    const due = { owner: review.team.name, openedAt, dueInMs };
    checklist.fill(
      items.map((item) => itemOf(item, due)),
      { title, summary, host, team: review.team },
    );
    await checklist.announce(announcement(review, checklist.view.items));
  }
  if (!(await checklist.untilEnded())) {
    await continueInNewRun<typeof postIncident>({ ...input, carried: checklist.carried });
  }
  return checklist.view;
}

/** The incident is over and waits for nobody: it is read for as long as it takes. */
async function reviewed(input: Pick<PostIncidentInput, 'incident' | 'rules' | 'team'>): Promise<IncidentReview> {
  const { reviewIncident } = proxyActivities<PostIncidentActivities>({
    startToCloseTimeout: '1m',
    retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1m' },
    summary: `Review ${input.incident.workflowId}`,
  });
  return await reviewIncident(input);
}

function itemOf({ state, ...item }: ReviewedItem, due: Parameters<typeof asked>[1]): ChecklistItem {
  const open = asked(item, due);
  return state === 'open' ? open : { ...open, state, owner: null, dueAt: null };
}

/** `After KingfisherServiceDown on h1: 3 items for people; the 7th incident for this cause in 30 days` */
function announcement({ title, recurrence }: IncidentReview, items: readonly ChecklistItem[]): string {
  const left = `${title}: ${counted(items.filter(isOpen).length, 'item')} for people`;
  if (!isTooOften(recurrence)) return left;
  const days = Math.round(recurrence.withinMs / 86_400_000);
  return `${left}; the ${ordinal(recurrence.count)} incident for this cause in ${days} days`;
}
