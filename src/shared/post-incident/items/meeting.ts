import { checklistCommand } from '../../observations/commands';
import { formatDuration } from '../../text/durations';
import { postIncidentId } from '../checklist';
import { lastedMs } from '../reviewed';
import type { Item } from '../reviewed';

/** I.4: whether people meet, and how to get that into their calendars. */
export const meeting: Item = (of) => {
  const named = { key: 'meeting', cite: 'I.4', title: 'Schedule the post-mortem meeting' };
  const { view, isShort, rules, incident } = of;
  if (isShort) return { ...named, state: 'known', detail: `none: it was over after ${formatDuration(lastedMs(of))}` };
  const { severities } = rules.meeting;
  if (!severities.includes(view.severity)) {
    const of = severities.length === 0 ? 'nothing' : severities.join(', ');
    return { ...named, state: 'known', detail: `none: people meet about ${of}, and this is "${view.severity}"` };
  }
  const command = `${checklistCommand(postIncidentId(incident))} meeting --output meeting.ics`;
  return { ...named, state: 'open', detail: `a file for your calendar: ${command}` };
};
