import { recurrenceText } from '../../figures/recurrence';
import type { IncidentView } from '../../incident';
import { cut } from '../../text/text';
import { isTooOften } from '../checklist';
import type { Item } from '../reviewed';

const MAX_DETAIL = 160;

/** I.5: what keeps it from coming back. What comes too often is a task, however well it was healed. */
export const prevention: Item = ({ view, isShort, recurrence, came }) => {
  const named = { key: 'prevention', cite: 'I.5', title: 'Implement prevention measures' };
  const days = Math.round(recurrence.withinMs / 86_400_000);
  const memory = recurrence.from === 'temporal' ? ', as far as Temporal remembers' : '';
  const again = `${recurrenceText(came) || `first time for this cause in ${days} days`}${memory}`;
  const isTask = isTooOften(recurrence);
  const why = isTask ? ': end the cause, and not the next incident' : '';
  const detail = [`${again}${why}`, ...standing(view), ...unsteady(view)].join('; ');
  return { ...named, state: isTask || !isShort ? 'open' : 'known', detail };
};

/** Changes for a while that are still in effect: they end, and then it is as before. */
function standing({ leases }: IncidentView): string[] {
  return leases
    .filter(({ state, outlives }) => state === 'active' && outlives === true)
    .map(({ setting, value, until }) => `${setting} is ${value} until ${until}: decide what it should be`);
}

function unsteady({ findings }: IncidentView): string[] {
  const found = findings.filter(({ name }) => name === 'CrashLoop' || name === 'Flapping').at(-1);
  return found === undefined ? [] : [`${found.name}: ${cut(found.detail, MAX_DETAIL)}`];
}
