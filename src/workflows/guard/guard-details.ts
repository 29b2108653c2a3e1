import { pauseCommand, resumeCommand } from '../../shared/observations/commands';
import type { GuardView } from '../../shared/safety/guard';
import { escapeMarkdown, inlineCode } from '../../shared/text/markdown';
import type { GuardState } from './guard-state';

/** A guard as the Markdown that Temporal UI shows under "current details". */
export function renderGuard(view: GuardView, { recent }: Pick<GuardState, 'recent'>): string {
  return [headline(view), ...queue(view), memory(view), ...log(recent)].join('\n\n');
}

function headline({ host, pauses, holder }: GuardView): string {
  const turn =
    holder === null
      ? `**nobody changes ${escapeMarkdown(host)}**`
      : `**${escapeMarkdown(holder.incidentId)}** has the turn since ${utc(holder.since)}, token ${holder.token}`;
  if (pauses.length === 0) return turn;
  const lines = pauses.map(
    ({ by, until, reason }) => `**PAUSED** by ${escapeMarkdown(by)} until ${utc(until)}: ${escapeMarkdown(reason)}`,
  );
  const command = resumeCommand(host);
  const end = `to end yours: ${inlineCode(command)}; to end all: ${inlineCode(`${command} --all`)}`;
  return `${[...lines, end].join('  \n')}\n\n${turn}`;
}

function queue({ queue: waiting }: GuardView): string[] {
  if (waiting.length === 0) return [];
  const lines = waiting
    .slice(0, 20)
    .map(({ incidentId, severity }) => `1. ${escapeMarkdown(incidentId)} (${escapeMarkdown(severity)})`);
  const more = waiting.length > 20 ? [`and ${waiting.length - 20} more`] : [];
  return [`**Waiting**\n\n${[...lines, ...more].join('\n')}`];
}

function memory({ restarts, recentIncidents, pauses, host }: GuardView): string {
  const counted = Object.entries(restarts).map(([service, count]) => `${service} ${count}`);
  const lines = [
    `restarts within the last hour: ${counted.join(', ') || 'none'}`,
    `incidents that changed something, within the flap window: ${recentIncidents}`,
    ...(pauses.length === 0 ? [`to pause ${escapeMarkdown(host)}: ${inlineCode(pauseCommand(host))}`] : []),
  ];
  return lines.join('  \n');
}

function log(recent: GuardState['recent']): string[] {
  if (recent.length === 0) return [];
  const lines = recent.map(({ at, text }) => `- ${new Date(at).toISOString().slice(11, 19)} ${escapeMarkdown(text)}`);
  return [`**Lately** (UTC)\n\n${lines.reverse().join('\n')}`];
}

/** `2026-11-23 03:00:12 UTC` */
function utc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
