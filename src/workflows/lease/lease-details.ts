import { releaseLeaseCommand } from '../../shared/observations/commands';
import type { LeaseView, SettingValue } from '../../shared/safety/lease';
import { escapeMarkdown, inlineCode } from '../../shared/text/markdown';

/** The lease as the Markdown that Temporal UI shows under "current details". */
export function renderLease(view: LeaseView): string {
  const change = `${value(view.original)} → ${value(view.value)}`;
  const head = `**${view.state}** — ${escapeMarkdown(view.setting)} of ${escapeMarkdown(view.host)}: ${change}`;
  const until = view.endedAt === null ? `until ${clock(view.endsAt)}` : `ended ${clock(view.endedAt)}`;
  const since = view.appliedAt === null ? '' : `since ${clock(view.appliedAt)} · `;
  return [`${head}  \n${since}${until}`, ...itself(view), ...owners(view), ...howToEnd(view), notes(view)].join('\n\n');
}

function itself({ endedAt, endsThereAt }: LeaseView): string[] {
  if (endedAt !== null || endsThereAt === null) return [];
  return [`The host ends it by itself at ${clock(endsThereAt)} if nobody else does.`];
}

function owners({ owners: all }: LeaseView): string[] {
  if (all.length === 0) return [];
  const lines = all.map(
    (one) => `- ${escapeMarkdown(one.owner)} until ${clock(one.until)}: ${escapeMarkdown(one.reason)}`,
  );
  return [`**Wanted by**\n\n${lines.join('\n')}`];
}

function howToEnd({ endedAt, host, setting }: LeaseView): string[] {
  if (endedAt !== null) return [];
  return [`End it: ${inlineCode(releaseLeaseCommand(host, setting))}`];
}

function notes({ notes: all }: LeaseView): string {
  return ['**Timeline** (UTC)\n', ...all.map((note) => `- ${escapeMarkdown(note)}`)].join('\n');
}

function value(one: SettingValue | null): string {
  return one === null ? '?' : escapeMarkdown(JSON.stringify(one));
}

/** `2026-11-23 03:00:12` */
function clock(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}
