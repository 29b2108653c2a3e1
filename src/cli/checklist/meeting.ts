import ical, { ICalCalendarMethod } from 'ical-generator';
import type { ChecklistItem } from '../../shared/follow-up';
import { checklistCommand } from '../../shared/observations/commands';
import type { FollowUpView } from '../../shared/post-incident/checklist';

const LASTS_MS = 45 * 60_000;
const DAY_MS = 86_400_000;
/** When people meet where nobody says when, in UTC: an hour of both teams. */
const USUAL_HOUR = 14;

/** The next weekday but this one, at the usual hour. */
export function usualMoment(now: Date): Date {
  const at = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), USUAL_HOUR) + DAY_MS);
  while (at.getUTCDay() === 0 || at.getUTCDay() === 6) at.setTime(at.getTime() + DAY_MS);
  return at;
}

/**
 * The post-mortem meeting as a calendar file (RFC 5545): what happened, what is known and what is open. Made again for
 * another time, it is the same meeting.
 */
export function meetingFile(workflowId: string, view: FollowUpView, { at, now }: { at: Date; now: Date }): string {
  const calendar = ical({ prodId: '//halcyon//checklist//EN', method: ICalCalendarMethod.PUBLISH });
  calendar.createEvent({
    id: `${workflowId.replace(/[^\w.-]+/g, '-')}@halcyon`,
    ...{ start: at, end: new Date(at.getTime() + LASTS_MS), stamp: now },
    // A calendar takes the newest of two: it counts seconds.
    sequence: Math.floor((now.getTime() - Date.parse(view.openedAt)) / 1_000),
    summary: `Post-mortem: ${view.title.replace(/^After /, '')}`,
    description: agenda(workflowId, view),
  });
  return calendar.toString();
}

function agenda(workflowId: string, { summary, items, source }: FollowUpView): string {
  const about = ({ cite, title, detail }: ChecklistItem) => `${cite} ${title}${detail === '' ? '' : `: ${detail}`}`;
  const rest = items.filter(({ key }) => key !== 'meeting');
  const open = rest.filter(({ state }) => state === 'open').map(about);
  const known = rest.filter(({ state }) => state !== 'open').map(about);
  return [
    summary,
    ...(open.length === 0 ? [] : ['', 'To decide:', ...open.map((line) => `- ${line}`)]),
    ...(known.length === 0 ? [] : ['', 'Known:', ...known.map((line) => `- ${line}`)]),
    ...['', `${source.workflowId}, run ${source.runId}`, checklistCommand(workflowId)],
  ].join('\n');
}
