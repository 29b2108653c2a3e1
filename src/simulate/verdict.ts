import type { IncidentView, Outcome } from '../shared/incident';
import type { Mode } from '../shared/safety/safety';
import { roughDuration } from '../shared/text/durations';
import type { TimelineEntry } from '../shared/timeline';
import { KNOWN_CAUSES } from './causes/catalogue';
import type { KnownCause } from './causes/cause';
import type { LineKind } from './line';

/** A line of the end of a simulation, before it has its time. */
export interface Said {
  kind: LineKind;
  text: string;
}

interface Played {
  view: IncidentView;
  cause: KnownCause;
  mode: Mode;
  /** Whether anything was changed on the host, as the host itself knows. */
  isChanged: boolean;
}

/** What was found, and what was done about it or would have been: for those who read nothing else. */
export function verdictOf(played: Played): Said[] {
  return [...causeLines(played), ...changeLines(played)];
}

function causeLines({ view, cause, mode }: Played): Said[] {
  const named = namedCauses(view);
  const finding = view.findings.find(({ name }) => name === cause.finding);
  if (finding !== undefined) named.push({ ...cause, evidence: `${finding.name}: ${finding.detail}` });
  const lines = named.map(({ cite, title, evidence }) => `${cite} ${title}: ${evidence}`);
  if (!named.some(({ cite, title }) => cite === cause.cite && title === cause.title)) {
    const isObserved = cause.isLastResort === true && mode === 'observe';
    const why = isObserved ? 'it comes after the other remedies, and observe tries none' : 'the lines above say why';
    lines.push(`${cause.cite} ${cause.title}: not reached, ${why}`);
  }
  return lines.map((text) => ({ kind: 'cause', text }));
}

/** Those that the runbook came to, in that order. */
function namedCauses({ runbook, timeline, cause }: IncidentView): { cite: string; title: string; evidence: string }[] {
  const ofPage = KNOWN_CAUSES.filter((known) => known.runbook === runbook);
  const noted = timeline
    .filter(
      ({ status, cite, title }) => status === 'note' && ofPage.some((one) => one.cite === cite && one.title === title),
    )
    .map(({ cite, title, detail }) => ({ cite, title, evidence: detail }));
  const all = cause === null ? noted : [...noted, cause];
  return all.filter(({ title }, at) => all.findIndex((other) => other.title === title) === at);
}

function changeLines({ view, mode, isChanged }: Played): Said[] {
  const changes = view.timeline.filter(({ kind }) => kind === 'change');
  const would = texts(changes.filter(isWould).map(({ cite, title }) => `${cite} ${title.replace(/^Would /, '')}`));
  const asked = view.approvals.map(({ subject, state, answeredBy }) => {
    const by = answeredBy === null ? '' : ` by ${answeredBy}`;
    return `${subject.cite} ${subject.title}: ${state}${by}`;
  });
  const done = texts(changes.filter((entry) => !isWould(entry)).map(changeText));
  const isObserve = mode === 'observe';
  const nothing = isObserve ? 'nothing: observe changes nothing' : 'nothing: Halcyon may do nothing about it';
  if (isObserve && would.length === 0) would.push('nothing: this is for people');
  return [
    ...asked.map((text): Said => ({ kind: 'asks', text })),
    ...done.map((text): Said => ({ kind: 'did', text })),
    ...(isChanged ? [] : [{ kind: 'did', text: nothing } as const]),
    ...would.map((text): Said => ({ kind: 'would', text })),
  ];
}

function isWould({ title, status }: TimelineEntry): boolean {
  return status === 'skipped' && title.startsWith('Would ');
}

const WORD: Partial<Record<TimelineEntry['status'], string>> = {
  failed: ' FAILED',
  skipped: ' (not done)',
  noChange: ' (nothing to do)',
  running: ' … still runs',
};

function changeText({ cite, title, status, detail }: TimelineEntry): string {
  return `${cite} ${title}${WORD[status] ?? ''}${detail === '' ? '' : `: ${detail}`}`;
}

/** How it ended, in a sentence. `next`: who is called if people do nothing. */
export function endText({ outcome, state, measures, startsAt }: IncidentView, next: string): string {
  if (outcome === null) {
    const who =
      state === 'waitingForPeople'
        ? 'not mended: people have it, and Halcyon watches the host'
        : `still open (${state})`;
    return `${who}; ${next}`;
  }
  const { healthyAt } = measures;
  const took = healthyAt === null ? '' : `, well after ${roughDuration(Date.parse(healthyAt) - Date.parse(startsAt))}`;
  return `${OUTCOMES[outcome]}${took}; the incident is closed: ${outcome}`;
}

const OUTCOMES: Record<Outcome, string> = {
  healed: 'mended by Halcyon',
  selfHealed: 'well again without a change by Halcyon',
  resolvedByPeople: 'well again while people had it',
  degraded: 'running again, with something left for people',
  unresolved: 'not mended',
  planned: 'planned only',
};

function texts(all: string[]): string[] {
  return [...new Set(all)];
}
