import type { ChecklistItem, NewItem } from '../../shared/follow-up';
import type { FollowUpRun, FollowUpView } from '../../shared/post-incident/checklist';
import { counted } from '../../shared/text/text';
import { continueInNewRun } from '../support/continue-when-long';
import { iso } from '../support/time';
import { Checklist } from './checklist';

/** Tasks of people that are no incident's, such as those of a monthly review, until each is done or skipped. */
export async function followUp(input: FollowUpRun): Promise<FollowUpView> {
  const { title, host, source, items, team, dueInMs, carried } = input;
  const checklist = new Checklist({ title, summary: '', host, source, team }, input, carried);
  if (carried === undefined) {
    const { openedAt } = checklist.view;
    checklist.fill(items.map((item) => asked(item, { owner: team?.name ?? null, openedAt, dueInMs })));
    await checklist.announce(`${title}: ${counted(items.length, 'item')} for people`);
  }
  if (!(await checklist.untilEnded())) {
    await continueInNewRun<typeof followUp>({ ...input, items: [], carried: checklist.carried });
  }
  return checklist.view;
}

/** An item that somebody has to do. */
export function asked(
  item: NewItem,
  { owner, openedAt, dueInMs }: { owner: string | null; openedAt: string; dueInMs: number },
): ChecklistItem {
  const { key, cite, title, detail } = item;
  const dueAt = iso(Date.parse(openedAt) + dueInMs);
  return { key, cite, title, detail, state: 'open', owner, dueAt, endedBy: null, endedAt: null, note: '' };
}
