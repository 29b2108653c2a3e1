import { RUNBOOKS, isRunbook } from '../../../shared/runbooks';
import type { Approval } from '../../../shared/safety/approval';
import { ackCommand, approveCommand } from '../../../shared/observations/commands';
import type { Fact, Subject } from '../../../shared/paging/escalation';
import type { IncidentView } from '../../../shared/incident';
import { effectsOf } from '../../../shared/summary/effects';
import { headline, shortTitle } from '../../../shared/summary/headline';
import { clock, cut } from '../../../shared/text/text';
import { fact, incidentFacts, mayAnswer, questionFacts, subjectFacts } from './page-facts';
import type { PageInput, PageKind } from '../types';

/**
 * What is known of the incident when somebody is paged: its view, or why there is none. `ended`: its run ended without
 * closing, in words; then its view is what was so before.
 */
export type IncidentKnowledge =
  { view: IncidentView; ended: string | null } | { unknown: string; ended: string | null } | 'notAnIncident';

/** A message before it takes the form of Slack or PagerDuty. Plain text: whoever renders it escapes it. */
export interface PageMessage {
  /** What is wrong now, where, why, what was done and what is asked: one line. */
  title: string;
  /** The most important first. */
  facts: Fact[];
  /** What is asked of the reader, in words. */
  asks: string[];
  /** To paste into a shell as it is. */
  commands: string[];
  links: { name: string; url: string }[];
}

export interface PageLinks {
  uiUrl: string | null;
  namespace: string;
}

type Calling = Extract<PageKind, { kind: 'tier' | 'asked' | 'monitoring' }>;

const MAX_LINE = 400;
const MAX_TITLE = 400;
const ORDINALS = ['first', 'second', 'third'];
const NOTHING_TO_DO = 'There is nothing to do: this page came by the way that real ones take.';

/** Everything that a page says: the sentence first, then what it rests on, then what is asked. */
export function pageMessage(input: PageInput, incident: IncidentKnowledge, links: PageLinks, now: Date): PageMessage {
  const { subject, page } = input;
  switch (page.kind) {
    case 'acknowledged': {
      const text = `${page.as} has it until ${clock(page.until)}; further pages wait until then`;
      return brief(`${nameOf(subject)}: ${text}`);
    }
    case 'note':
      return {
        ...brief(noteTitle(subject, page.text)),
        ...(isNobodys(incident) ? take(subject) : {}),
        links: pageLinks(subject, incident, links),
      };
    case 'test':
      return {
        ...brief(`TEST, nothing is wrong: ${page.by} tries the way to ${input.team.name}`),
        asks: [NOTHING_TO_DO],
      };
    case 'testOver':
      return brief(`TEST is over: ${page.by} tried the way to ${input.team.name}`);
    case 'report':
      return {
        ...brief(page.title),
        facts: page.facts.map(bounded),
        links: pageLinks(subject, incident, links),
      };
    case 'closed':
      return closedMessage(subject, page, links);
    default:
      return calling(input.subject, page, incident, links, now);
  }
}

/** A tier or a question: somebody is called. */
function calling(
  subject: Subject,
  page: Calling,
  incident: IncidentKnowledge,
  links: PageLinks,
  now: Date,
): PageMessage {
  const view = incident !== 'notAnIncident' && 'view' in incident ? incident.view : null;
  const ended = endedOf(page, incident);
  const question = ended === null ? questionOf(page, view) : null;
  const facts = [
    ...(ended === null ? [] : [fact('Automation', `none: ${ended}; ${NOBODY}`)]),
    ...(page.kind === 'asked' && question !== null ? questionFacts(question, view) : []),
    ...(view === null ? subjectFacts(subject, now) : incidentFacts(view, now)),
    ...(page.kind === 'tier' ? whyCalled(page) : []),
    ...(incident !== 'notAnIncident' && 'unknown' in incident
      ? [fact('Halcyon', `could not be asked what it did (${incident.unknown}): look in Temporal UI`)]
      : []),
  ];
  return {
    title: cut(titleOf(subject, page, view, ended), MAX_TITLE),
    facts: facts.map(bounded),
    ...asked(subject, page, question, incident),
    links: pageLinks(subject, incident, links),
  };
}

const NOBODY = 'what is said below was so before that';

/** The run's own status comes before what its view last said. */
function endedOf(page: Calling, incident: IncidentKnowledge): string | null {
  const known = incident === 'notAnIncident' ? null : incident.ended;
  return known ?? (page.kind === 'tier' ? (page.ended ?? null) : null);
}

function questionOf(page: Calling, view: IncidentView | null): Approval | null {
  if (page.kind === 'asked') return page.approval;
  return view?.approvals.find(({ state }) => state === 'asked') ?? null;
}

function titleOf(subject: Subject, page: Calling, view: IncidentView | null, ended: string | null): string {
  if (view !== null) return headline(view, ended);
  const what =
    subject.summary === '' ? `${subject.alertname} on ${subject.host ?? 'an unknown host'}` : subject.summary;
  if (page.kind === 'asked') return `${what}; needs your yes or no (${shortTitle(page.approval)})`;
  return ended === null ? `${what}; needs you` : `NOTHING AUTOMATIC works on this (${ended}): ${what}; needs you`;
}

function whyCalled(page: Extract<PageKind, { kind: 'tier' }>): Fact[] {
  const nth = ORDINALS[page.tier - 1] ?? `${page.tier}th`;
  const call = `this is the ${nth} call${page.senior ? ', and a senior engineer should take it' : ''}`;
  const late = page.collapsed ? 'it was due earlier: Halcyon was late, or somebody had it until now' : '';
  return [fact('Why now', [call, page.reason ?? '', late].filter((part) => part !== '').join('; '))];
}

/** One command: the answer to what is asked, else taking it. */
function asked(
  subject: Subject,
  page: Calling,
  question: Approval | null,
  incident: IncidentKnowledge,
): Pick<PageMessage, 'asks' | 'commands'> {
  // Only incidents can be acknowledged; a guard or a lease that pages has nothing that holds.
  if (incident === 'notAnIncident') return { asks: [], commands: [] };
  if (question === null || (question.people.length === 0 && page.kind === 'tier')) return take(subject);
  const { workflowId } = subject;
  const effects = effectsOf(question.subject);
  const who = `${mayAnswer(question)} may answer until ${clock(question.expiresAt)}`;
  const also = page.kind === 'tier' ? [`To take it without an answer: ${ackCommand(workflowId)}`] : [];
  return {
    asks: [
      ...also,
      `Approve the ${shortTitle(question)}? ${effects === '' ? '' : `${effects} `}${who}. To say no, "reject" in place of "approve".`,
    ],
    commands: [approveCommand(workflowId, question.hash)],
  };
}

function take({ workflowId }: Subject): Pick<PageMessage, 'asks' | 'commands'> {
  return { asks: ['Take it, so that nobody else is called:'], commands: [ackCommand(workflowId)] };
}

/** An open incident that nobody has, and that neither an open question nor what was approved takes further. */
function isNobodys(incident: IncidentKnowledge): boolean {
  if (incident === 'notAnIncident') return false;
  if (incident.ended !== null) return true;
  if (!('view' in incident)) return false;
  const { outcome, acknowledged, approvals } = incident.view;
  const isUnderWay = ['asked', 'approved'].includes(approvals.at(-1)?.state ?? '');
  return outcome === null && acknowledged === null && !isUnderWay;
}

function closedMessage(
  subject: Subject,
  { outcome, summary, facts = [], isSilent }: Extract<PageKind, { kind: 'closed' }>,
  links: PageLinks,
): PageMessage {
  const name = nameOf(subject);
  // An incident's summary is the whole sentence; those of leases and of runs that are gone are not.
  const sentence =
    facts.length > 0 ? summary : `${name}: ${outcome === 'gone' ? 'Halcyon no longer watches' : summary}`;
  return {
    title: cut(isSilent === true ? `${sentence}; nobody was paged` : sentence, MAX_TITLE),
    facts: facts.map(bounded),
    asks: [],
    commands: [],
    links: facts.length > 0 ? pageLinks(subject, { ended: null, unknown: '' }, links) : [],
  };
}

function bounded({ name, lines, ...more }: Fact): Fact {
  return { name, lines: lines.map((line) => cut(line, MAX_LINE)), ...more };
}

function brief(title: string): PageMessage {
  return { title: cut(title, MAX_TITLE), facts: [], asks: [], commands: [], links: [] };
}

/** A guard's note says itself what it is about. */
function noteTitle(subject: Subject, text: string): string {
  return subject.runbook === 'guard' ? text : `${nameOf(subject)}: ${text}`;
}

/** What it is about, in as few words as a thread needs. */
function nameOf({ runbook, alertname, host, summary }: Subject): string {
  const about = isRunbook(runbook) ? RUNBOOKS[runbook].about : null;
  if (about !== null) return `${about} on ${host}`;
  return host === null ? summary || alertname : `${alertname} on ${host}`;
}

/** Temporal UI's page with the readable text of the run: its default tab is the input as JSON. */
function pageLinks(
  subject: Subject,
  incident: IncidentKnowledge,
  { uiUrl, namespace }: PageLinks,
): PageMessage['links'] {
  const { workflowId, runId, runbookUrl } = subject;
  const run = `/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}/${runId}`;
  const generator = incident !== 'notAnIncident' && 'view' in incident ? incident.view.generatorUrl : undefined;
  return [
    ...(uiUrl === null ? [] : [{ name: 'What Halcyon did', url: `${uiUrl.replace(/\/+$/, '')}${run}/user-metadata` }]),
    ...(runbookUrl !== undefined && isWebAddress(runbookUrl) ? [{ name: 'Runbook', url: runbookUrl }] : []),
    ...(generator !== undefined && isWebAddress(generator) ? [{ name: 'Prometheus', url: generator }] : []),
  ];
}

/** Annotations are whatever somebody wrote. */
function isWebAddress(url: string): boolean {
  return /^https?:\/\/[^\s()<>"|]+$/.test(url);
}
