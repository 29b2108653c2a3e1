import type { Approval } from '../../../shared/safety/approval';
import { roughDuration } from '../../../shared/text/durations';
import type { Fact, Subject } from '../../../shared/paging/escalation';
import type { Finding, IncidentView } from '../../../shared/incident';
import { heldFindings } from '../../../shared/summary/causes';
import { changeLines } from '../../../shared/summary/change-lines';
import { nothingChanged } from '../../../shared/summary/changes';
import { placeOf } from '../../../shared/summary/condition';
import { leaseLines } from '../../../shared/summary/leases';
import { remediesFor } from '../../../shared/summary/remedies';
import { clock, cut, listed } from '../../../shared/text/text';

const MAX_FINDINGS = 4;
const MAX_FINDING = 160;
const MAX_LABELS = 8;
const MAX_LABEL = 80;
const MAX_DESCRIPTION = 300;
/** What is older than the page by more than this carries its time. */
const OLD_MS = 60_000;

/** Where it is, since when, what was changed, what was found, and what people can do: in this order. */
export function incidentFacts(view: IncidentView, now: Date): Fact[] {
  return [
    fact('Where', where(view)),
    fact(view.startedBy === undefined ? 'Since' : 'Started', sinceWhen(view, now)),
    ...about(view),
    fact('Changed', ...changed(view)),
    fact('Leases', ...leaseLines(view)),
    fact('Found', ...found(view, now)),
    remediesFor(view),
    ...leftOut(view),
    ...holder(view),
  ].filter(({ lines }) => lines.length > 0);
}

/** Without a line it is left out. */
export function fact(name: string, ...lines: string[]): Fact {
  return { name, lines };
}

/** The same as far as it is known without the incident. */
export function subjectFacts({ host, alertname, severity, startsAt, summary }: Subject, now: Date): Fact[] {
  return [
    fact('Wrong', summary),
    fact('Where', `${host ?? 'an unknown host'} (${alertname}, ${severity})`),
    fact('Since', since(startsAt, now)),
  ];
}

/** What is asked, why, with what, and who may answer. */
export function questionFacts({ subject, expiresAt }: Approval, view: IncidentView | null): Fact[] {
  const given = Object.entries(subject.arguments).filter(([name]) => !INTERNAL.includes(name));
  const because = subject.precondition === '' ? (view?.cause?.evidence ?? '') : subject.precondition;
  return [
    fact('Asked', `${subject.title} on ${subject.host}`),
    ...(given.length === 0 ? [] : [fact('With', given.map(([name, value]) => `${name}=${String(value)}`).join(', '))]),
    ...(because === '' ? [] : [fact('Because', because)]),
    fact('Until', `${clock(expiresAt)}; no answer means no`),
  ];
}

/** What only the agent can use. */
const INTERNAL = ['seenInvocation'];

/** `anna or bela`; the roles where nobody is known by name. */
export function mayAnswer({ people, roles }: Approval): string {
  if (people.length > 0) return listed(people, 'or');
  return `nobody: approvals.roles in halcyon.yaml names no ${listed(roles, 'or')}`;
}

export function since(startsAt: string, now: Date): string {
  const passed = now.getTime() - Date.parse(startsAt);
  const ago = passed > 0 ? ` (${roughDuration(passed)} ago)` : '';
  return `${startsAt.slice(0, 10)} ${clock(startsAt)}${ago}`;
}

function where(view: IncidentView): string {
  const instance = view.labels['instance'];
  const also = instance === undefined || view.host === null ? '' : `, instance ${instance}`;
  return `${placeOf(view)}${also}`;
}

function sinceWhen(view: IncidentView, now: Date): string {
  const { startedBy, startsAt, alertname, severity } = view;
  if (startedBy !== undefined) return `by ${startedBy.who}, ${since(startsAt, now)}: ${startedBy.reason}`;
  return `${since(startsAt, now)}, by ${alertname} (${severity})`;
}

/** What only the alert itself can tell: everything of it where no runbook knows it. */
function about(view: IncidentView): Fact[] {
  const { summary, description, labels, runbook } = view;
  const told = [summary, description].filter((text) => text !== undefined && text !== view.alertname);
  const shown = Object.entries(labels)
    .filter(([name]) => !['alertname', 'severity', 'instance'].includes(name))
    .slice(0, MAX_LABELS)
    .map(([name, value]) => `${name}=${cut(value, MAX_LABEL)}`);
  return [
    ...(told.length === 0 ? [] : [fact('Alert', cut(told.join('. '), MAX_DESCRIPTION))]),
    ...(runbook === 'unknownAlert' && shown.length > 0 ? [fact('Labels', shown.join(', '))] : []),
  ];
}

function changed(view: IncidentView): string[] {
  const lines = changeLines(view);
  return lines.length > 0 ? lines : [nothingChanged(view)];
}

function found(view: IncidentView, now: Date): string[] {
  const findings = heldFindings(view).filter(({ name }) => name !== 'PageNotDelivered');
  const lines = findings.slice(-MAX_FINDINGS).map((finding) => findingLine(finding, now));
  const left = findings.length - lines.length;
  return left > 0 ? [...lines, `and ${left} more`] : lines;
}

function findingLine({ name, detail, at }: Finding, now: Date): string {
  const isOld = now.getTime() - Date.parse(at) > OLD_MS;
  const what = name === 'ChangeRefused' ? `Halcyon may not change this host: ${detail}` : `${name}: ${detail}`;
  return `${isOld ? `${at.slice(11, 19)} ` : ''}${cut(what, MAX_FINDING)}`;
}

function leftOut({ truncatedAlerts }: IncidentView): Fact[] {
  if (truncatedAlerts === 0) return [];
  const what =
    truncatedAlerts === 1 ? '1 more alert of this group was' : `${truncatedAlerts} more alerts of this group were`;
  return [fact('Left out', `${what} left out by Alertmanager`)];
}

function holder({ acknowledged }: IncidentView): Fact[] {
  if (acknowledged === null) return [];
  return [fact('Acknowledged', `by ${acknowledged.as} until ${clock(acknowledged.until)}`)];
}
