import type { Approval } from '../../shared/approval';
import { formatDuration } from '../../shared/durations';
import type { PageChannel, Subject } from '../../shared/escalation';
import type { IncidentView } from '../../shared/incident';
import type { PageInput, PageKind } from './types';

/** What is known of the incident when somebody is paged: its view, or why there is none. */
export type IncidentKnowledge = { view: IncidentView } | { unknown: string } | 'notAnIncident';

/** A message before it takes the form of Slack or PagerDuty. Plain text: whoever renders it escapes it. */
export interface PageMessage {
  /** What, where: one line. */
  title: string;
  /** Lines of a name and a text, the most important first. */
  facts: { name: string; text: string }[];
  /** What is asked of the reader, in words. */
  asks: string[];
  /** To copy into a shell. */
  commands: string[];
  links: { name: string; url: string }[];
}

export interface PageLinks {
  uiUrl: string | null;
  namespace: string;
}

const MAX_FINDINGS = 4;
const MAX_STEPS = 5;
const MAX_FACT = 600;

/** Everything that a page says, at a glance: what, where, since when, what Halcyon did and found, and what to do. */
export function pageMessage(input: PageInput, incident: IncidentKnowledge, links: PageLinks, now: Date): PageMessage {
  const { subject, page } = input;
  if (page.kind === 'acknowledged') {
    const text = `Acknowledged by ${page.as} until ${clock(page.until)}`;
    return brief(subject, text, ['Further tiers wait until then; after that the clock goes on if it is still open.']);
  }
  if (page.kind === 'note') return brief(subject, page.text, [], pageLinks(subject, links));
  if (page.kind === 'closed') return closedMessage(subject, page);
  return {
    title: title(subject, page),
    facts: [
      { name: 'Wrong', text: subject.summary },
      { name: 'Where', text: `${subject.host ?? 'unknown host'} (${subject.alertname}, ${subject.severity})` },
      { name: 'Since', text: since(subject.startsAt, now) },
      ...(page.kind === 'asked' ? question(page.approval) : whyPaged(page)),
      ...stateFacts(incident),
    ].map(({ name, text }) => ({ name, text: cut(text, MAX_FACT) })),
    asks: page.kind === 'asked' ? askOfApproval(page.approval) : askOfTier(page),
    commands: page.kind === 'asked' ? approvalCommands(subject, page.approval) : tierCommands(subject, incident),
    links: pageLinks(subject, links),
  };
}

function brief(subject: Subject, text: string, asks: string[], links: PageMessage['links'] = []): PageMessage {
  return { title: `${text}: ${what(subject)}`, facts: [], asks, commands: [], links };
}

function closedMessage(subject: Subject, page: Extract<PageKind, { kind: 'closed' }>): PageMessage {
  const text = page.outcome === 'gone' ? 'Halcyon no longer watches' : `Closed, ${page.outcome}`;
  return {
    ...brief(subject, text, []),
    facts: page.summary === '' ? [] : [{ name: 'How', text: cut(page.summary, MAX_FACT) }],
  };
}

function title(subject: Subject, page: Extract<PageKind, { kind: 'tier' | 'asked' }>): string {
  if (page.kind === 'asked') return `Approval needed: ${page.approval.subject.title}: ${what(subject)}`;
  const senior = page.senior ? ', senior' : '';
  const late = page.collapsed ? ', late' : '';
  return `[${subject.severity}] ${what(subject)} (tier ${page.tier}${senior}${late})`;
}

function what({ summary, alertname, host }: Subject): string {
  const where = host === null || summary.includes(host) ? '' : ` on ${host}`;
  return `${summary === '' ? alertname : summary}${where}`;
}

function whyPaged(page: Extract<PageKind, { kind: 'tier' }>): PageMessage['facts'] {
  const late = page.collapsed ? 'This tier was due earlier; Halcyon was late or it was acknowledged until now.' : '';
  const text = [page.reason ?? '', late].filter((part) => part !== '').join('. ');
  return text === '' ? [] : [{ name: 'Why now', text }];
}

function stateFacts(incident: IncidentKnowledge): PageMessage['facts'] {
  if (incident === 'notAnIncident') return [];
  if ('unknown' in incident) {
    return [{ name: 'Halcyon', text: `could not be asked what it did (${incident.unknown}): look in Temporal UI` }];
  }
  const { view } = incident;
  const found = view.findings.slice(-MAX_FINDINGS).map((finding) => `${finding.name}: ${finding.detail}`);
  const did = view.timeline
    .filter((entry) => entry.cite !== '' && (entry.status === 'done' || entry.status === 'failed'))
    .slice(-MAX_STEPS)
    .map((entry) => `${entry.title}${entry.status === 'failed' ? ' FAILED' : ''}: ${entry.detail}`);
  const ack = view.acknowledged;
  return [
    { name: 'Halcyon is', text: STATE[view.state] },
    { name: 'Found', text: found.length === 0 ? 'nothing yet' : found.map((line) => cut(line, 140)).join('; ') },
    { name: 'Did', text: did.length === 0 ? 'nothing yet' : did.map((line) => cut(line, 110)).join('; ') },
    ...(ack === null ? [] : [{ name: 'Acknowledged', text: `by ${ack.as} until ${clock(ack.until)}` }]),
  ];
}

const STATE: Record<IncidentView['state'], string> = {
  diagnosing: 'looking for the cause',
  remedying: 'applying a remedy',
  verifying: 'checking whether it is healthy',
  waitingForAgent: "waiting for the host's agent, which does not answer",
  waitingForTurn: 'waiting for another incident of this host',
  waitingForApproval: 'waiting for an approval',
  waitingForPeople: 'out of remedies: it only watches',
  watching: 'watching a host that is well until Alertmanager agrees',
  closed: 'done',
};

function question({ subject, hash, roles, expiresAt }: Approval): PageMessage['facts'] {
  const given = Object.entries(subject.arguments).map(([name, value]) => `${name}=${String(value)}`);
  return [
    { name: 'Asked', text: `${subject.cite} ${subject.title} on ${subject.host} (${subject.risk})` },
    ...(given.length === 0 ? [] : [{ name: 'With', text: given.join(', ') }]),
    { name: 'Because', text: subject.precondition },
    { name: 'Hash', text: hash },
    { name: 'Who', text: `${roles.join(' or ')}, until ${clock(expiresAt)}; no answer means no` },
  ];
}

function askOfApproval({ roles }: Approval): string[] {
  return [`Somebody with the role ${roles.join(' or ')} says yes or no:`];
}

function askOfTier(page: Extract<PageKind, { kind: 'tier' }>): string[] {
  return [page.senior ? 'A senior engineer takes it. Acknowledge:' : 'Take it. Acknowledge:'];
}

function approvalCommands({ workflowId }: Subject, { hash }: Approval): string[] {
  const answer = (verb: string) => `halcyon ${verb} ${quoted(workflowId)} --as <you> --hash ${hash}`;
  return [answer('approve'), answer('reject')];
}

function tierCommands({ workflowId }: Subject, incident: IncidentKnowledge): string[] {
  // Only incidents can be acknowledged; a guard or a lease that pages has nothing that holds.
  if (incident === 'notAnIncident') return [];
  const open = 'view' in incident ? incident.view.approvals.filter((one) => one.state === 'asked') : [];
  return [
    `halcyon ack ${quoted(workflowId)} --as <you>`,
    ...open.map(({ hash }) => `halcyon approve ${quoted(workflowId)} --as <you> --hash ${hash}`),
  ];
}

/** Ids come from alert names: whatever is no plain word is quoted for the shell. */
function quoted(id: string): string {
  return /^[\w./:@-]+$/.test(id) ? id : `'${id.replaceAll("'", `'\\''`)}'`;
}

function pageLinks({ workflowId, runId, runbookUrl }: Subject, { uiUrl, namespace }: PageLinks): PageMessage['links'] {
  const run = `/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}/${runId}`;
  return [
    ...(uiUrl === null ? [] : [{ name: 'Temporal UI', url: `${uiUrl.replace(/\/+$/, '')}${run}` }]),
    ...(runbookUrl !== undefined && isWebAddress(runbookUrl) ? [{ name: 'Runbook', url: runbookUrl }] : []),
  ];
}

/** Annotations are whatever somebody wrote. */
function isWebAddress(url: string): boolean {
  return /^https?:\/\/[^\s()<>"|]+$/.test(url);
}

function since(startsAt: string, now: Date): string {
  const passed = now.getTime() - Date.parse(startsAt);
  const ago = passed > 0 ? ` (${formatDuration(passed)} ago)` : '';
  return `${startsAt.slice(0, 10)} ${clock(startsAt)}${ago}`;
}

/** `03:15 UTC` */
function clock(iso: string): string {
  return `${iso.slice(11, 16)} UTC`;
}

/** A text of at most `limit` characters, no half of a surrogate pair at its end. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** How a channel is called in errors and logs. */
export function channelName(channel: PageChannel): string {
  return channel === 'slack' ? 'Slack' : 'PagerDuty';
}
