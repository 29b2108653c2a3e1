import { CHANNEL_NAMES } from '../../shared/paging/escalation';
import type { EscalationView, Page } from '../../shared/paging/escalation';
import { escapeMarkdown } from '../../shared/text/markdown';

/** The escalation as the Markdown that Temporal UI shows under "current details". */
export function renderEscalation(view: EscalationView): string {
  return [headline(view), escapeMarkdown(view.route), holder(view), coming(view), pages(view), dropped(view)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function headline({ subject, closed }: EscalationView): string {
  const where = subject.host === null ? 'an unknown host' : `host ${escapeMarkdown(subject.host)}`;
  const state = closed === null ? 'open' : closed === 'gone' ? 'over: its incident is gone' : `closed, ${closed}`;
  return `**${state}** — ${escapeMarkdown(subject.alertname)} on ${where}, since ${time(subject.startsAt)}`;
}

function holder({ acknowledged }: EscalationView): string {
  if (acknowledged === null) return '';
  const { as, at, until } = acknowledged;
  return `**Acknowledged** by ${escapeMarkdown(as)} at ${time(at)}: holds further tiers until ${time(until)}`;
}

function coming({ next, closed, stillSince }: EscalationView): string {
  if (closed !== null) return '';
  if (stillSince !== null) return `The host is well since ${time(stillSince)}: the clock stands still.`;
  if (next === null) return 'No tier is left.';
  return `**Next**: tier ${next.tier} (${escapeMarkdown(next.notify)}) at ${time(next.at)}`;
}

function pages(view: EscalationView): string {
  if (view.pages.length === 0) return 'Nobody was paged.';
  return ['**Paged** (UTC)\n', ...view.pages.map(line)].join('\n');
}

function dropped({ notTaken }: EscalationView): string {
  if (notTaken.length === 0) return '';
  return ['**Could not be taken**\n', ...notTaken.map((what) => `- ${escapeMarkdown(what)}`)].join('\n');
}

function line({ at, tier, teamName, channel, delivered, detail, collapsed }: Page): string {
  const what = delivered ? `delivered to ${detail}` : `**not delivered**: ${detail}`;
  const late = collapsed ? ' (caught up)' : '';
  const name = CHANNEL_NAMES[channel];
  return `- ${time(at)} tier ${tier} to ${escapeMarkdown(teamName)}, ${name}${late} — ${escapeMarkdown(what).replaceAll('\\*\\*', '**')}`;
}

/** `2026-11-23 03:00:12 UTC` */
function time(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
