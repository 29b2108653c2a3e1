import type { IncidentView } from '../../incident';
import { causeOf } from '../../summary/causes';
import { changesOf } from '../../summary/changes';
import { cut } from '../../text/text';
import { isTooOften } from '../checklist';
import { hasEnded } from '../reviewed';
import type { Item, Reviewed } from '../reviewed';

const TOLD = 3;
const MAX_DETAIL = 120;

/** I.3: what the page did not know, could not do, or did in vain. */
export const runbook: Item = (of) => {
  const named = { key: 'runbook', cite: 'I.3', title: 'Update the runbook' };
  const { view, isShort } = of;
  if (view.runbook === 'unknownAlert') return { ...named, ...unanswered(of) };
  const changes = [...failedChanges(view), ...inVain(view)];
  const more = isShort ? [] : [...failedLooks(view), ...unknownTo(of), ...answers(view), ...byPeople(view)];
  const proposals = [...changes, ...more];
  if (proposals.length > 0) return { ...named, state: 'open', detail: proposals.join('; ') };
  const steps = view.timeline.filter(({ cite }) => cite !== '').length;
  return { ...named, state: 'known', detail: `its page needs no change: ${steps} steps, none of them in vain` };
};

/** Asked for once, and once more when it comes too often: its alert may fire many times a day. */
function unanswered({ view, recurrence }: Reviewed): { state: 'open' | 'known'; detail: string } {
  const detail = `no runbook answers ${view.alertname}: name one under routes: in halcyon.yaml, or write its page`;
  const isAsked = recurrence.count === 1 || isTooOften(recurrence);
  return isAsked
    ? { state: 'open', detail }
    : { state: 'known', detail: `${detail}; the checklist of its first time asks for it` };
}

function failedChanges({ timeline }: IncidentView): string[] {
  return told(
    'failed',
    timeline.filter(({ kind, status }) => kind === 'change' && status === 'failed'),
  );
}

function failedLooks({ timeline }: IncidentView): string[] {
  return told(
    'could not be looked at',
    timeline.filter(({ kind, status }) => kind !== 'change' && status === 'failed'),
  );
}

function inVain(view: IncidentView): string[] {
  const vain = changesOf(view).filter(
    ({ result, verified }) => result === 'done' && verified !== null && verified.condition !== 'well',
  );
  return told('did not help', vain);
}

function unknownTo({ view, status }: Reviewed): string[] {
  if (causeOf(view, view.findings) !== null) return [];
  if (hasEnded({ status, view }) && view.outcome === 'selfHealed') return [];
  return ['the page knows no such cause: which evidence would have shown it?'];
}

function answers({ approvals }: IncidentView): string[] {
  return approvals.flatMap(({ state, answeredBy, subject, note }) => {
    const why = note === '' ? '' : ` (${cut(note, MAX_DETAIL)})`;
    if (state === 'rejected')
      return [`${answeredBy} said no to "${subject.title}"${why}: what should be asked instead?`];
    return state === 'expired' ? [`nobody answered "${subject.title}" in time: who should be asked?`] : [];
  });
}

function byPeople({ outcome }: IncidentView): string[] {
  return outcome === 'resolvedByPeople' ? ['people mended it: write down what they did'] : [];
}

interface Told {
  cite: string;
  title: string;
  detail: string;
}

/** `failed: A.1 Restart KingFisher (the unit is masked)`, each once. */
function told(what: string, entries: Told[]): string[] {
  const once = new Map(entries.map((entry) => [`${entry.cite} ${entry.title}`, entry]));
  const lines = [...once.values()].map(({ cite, title, detail }) => {
    const why = detail === '' || what !== 'failed' ? '' : ` (${cut(detail, MAX_DETAIL)})`;
    return `${`${cite} ${title}`.trim()}${why}`;
  });
  if (lines.length === 0) return [];
  const left = lines.length - TOLD;
  return [`${what}: ${lines.slice(0, TOLD).join(', ')}${left > 0 ? ` and ${left} more` : ''}`];
}
