import { ackCommand, approveCommand } from '../../shared/observations/commands';
import { formatDuration } from '../../shared/text/durations';
import { escapeMarkdown, inlineCode } from '../../shared/text/markdown';
import { describeQuestion } from '../safety/approvals';
import { leaseLines } from '../../shared/summary/leases';
import { sentence } from '../../shared/summary/sentence';
import type { EntryStatus, TimelineEntry } from '../../shared/timeline';
import type { IncidentView } from '../../shared/incident';

const WORD: Record<EntryStatus, string> = {
  running: 'running …',
  done: 'ok',
  noChange: 'nothing to do',
  notSo: 'no',
  failed: '**FAILED**',
  skipped: 'skipped',
  note: '',
};

/**
 * The incident as the Markdown that Temporal UI shows under "current details": state first, then the timeline.
 *
 * @param id the incident's workflow id, for the commands that people can paste
 */
export function renderDetails(view: IncidentView, id: string): string {
  return [
    `**${escapeMarkdown(sentence(view))}**`,
    facts(view, id),
    ...questions(view, id),
    ...leases(view),
    ...findings(view),
    timeline(view),
  ].join('\n\n');
}

/** State, time and people, below the sentence. */
function facts(view: IncidentView, id: string): string {
  const where = view.host === null ? 'an unknown host' : `host ${escapeMarkdown(view.host)}`;
  const state = view.outcome === null ? view.state : `closed, ${view.outcome}`;
  const truncated = view.truncatedAlerts > 0 ? ` · ${view.truncatedAlerts} alerts truncated by Alertmanager` : '';
  const alerts = view.received > 1 ? ` · ${view.received} alerts` : '';
  return [
    `**${state}** — ${escapeMarkdown(view.alertname)} (${escapeMarkdown(origin(view))}) on ${where}`,
    `since ${utc(view.startsAt)} · received ${clock(view.receivedAt)}${alerts}${healthy(view)}${truncated}`,
    ...people(view, id),
    ...now(view),
  ].join('  \n');
}

/** The alert's severity; a run that a person started has none. */
function origin({ severity, startedBy }: IncidentView): string {
  return startedBy === undefined ? severity : `started by ${startedBy.who}: ${startedBy.reason}`;
}

/** Who was paged, and who has it. */
function people({ tier, acknowledged, outcome }: IncidentView, id: string): string[] {
  if (outcome !== null || (tier === 0 && acknowledged === null)) return [];
  const has =
    acknowledged === null ? '' : ` · ${escapeMarkdown(acknowledged.as)} has it until ${clock(acknowledged.until)}`;
  const how = acknowledged === null ? ` · to hold further pages: ${inlineCode(ackCommand(id))}` : '';
  return [`paged: ${tier === 0 ? 'nobody' : `tier ${tier}`}${has}${how}`];
}

/** Open questions, with the command that answers. */
function questions(view: IncidentView, id: string): string[] {
  return view.approvals
    .filter(({ state }) => state === 'asked')
    .map(
      (approval) =>
        `**Asks** until ${clock(approval.expiresAt)}, of ${approval.roles.join(' or ')}: ` +
        `${escapeMarkdown(describeQuestion(approval))}  \n` +
        `${inlineCode(approveCommand(id, approval.hash))} (to say no, "reject" in place of "approve")`,
    );
}

/** What runs at this moment. */
function now(view: IncidentView): string[] {
  const running = view.timeline.filter((entry) => entry.status === 'running');
  return running.length === 0 ? [] : [`now: ${running.map((entry) => escapeMarkdown(entry.title)).join(', ')}`];
}

function healthy(view: IncidentView): string {
  const { healthyAt, receivedAt } = view.measures;
  if (healthyAt === null) return '';
  const after = Math.max(0, Date.parse(healthyAt) - Date.parse(receivedAt));
  const what = view.startedBy === undefined ? 'alert' : 'start';
  return ` · healthy ${clock(healthyAt)} (${formatDuration(after)} after the ${what})`;
}

function leases(view: IncidentView): string[] {
  const lines = leaseLines(view).map((line) => `- ${escapeMarkdown(line)}`);
  return lines.length === 0 ? [] : [`**Leases**\n\n${lines.join('\n')}`];
}

function findings(view: IncidentView): string[] {
  if (view.findings.length === 0) return [];
  const lines = view.findings.map((finding) => {
    const over = finding.withdrawnAt === undefined ? '' : `no longer so since ${clock(finding.withdrawnAt)}; it was `;
    return `- **${finding.name}** (${finding.cite || 'Halcyon'}): ${over}${escapeMarkdown(finding.detail)}`;
  });
  return [`**Found**\n\n${lines.join('\n')}`];
}

/** A list and no table: the panel of Temporal UI is narrow, and cells do not wrap there. */
function timeline(view: IncidentView): string {
  const dropped = view.timelineDropped > 0 ? [`- ${view.timelineDropped} earlier entries left out`] : [];
  return ['**Timeline** (UTC)\n', ...dropped, ...view.timeline.map(line)].join('\n');
}

function line(entry: TimelineEntry): string {
  const cite = entry.cite === '' ? '' : `${entry.cite} `;
  const took =
    entry.endedAt === undefined ? '' : ` (${formatDuration(Date.parse(entry.endedAt) - Date.parse(entry.at))})`;
  const again = entry.lastAt === undefined ? '' : ` · seen ${entry.times} times until ${clock(entry.lastAt)}`;
  const result = [WORD[entry.status], escapeMarkdown(entry.detail)].filter((text) => text !== '').join(': ');
  const title = `**${cite}${escapeMarkdown(entry.title)}**`;
  return `- ${clock(entry.at)} ${title}${result === '' ? '' : ` — ${result}`}${took}${again}`;
}

/** `2026-11-23 03:00:12 UTC` */
function utc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** `03:00:12.345` */
function clock(iso: string): string {
  return iso.slice(11, 23).replace('Z', '');
}
