import type { ChecklistItem, ItemState } from '../../shared/follow-up';
import { checklistCommand } from '../../shared/observations/commands';
import type { Fact } from '../../shared/paging/escalation';
import type { FollowUpView } from '../../shared/post-incident/checklist';
import { escapeMarkdown, inlineCode } from '../../shared/text/markdown';
import { cut, minute } from '../../shared/text/text';
import { isOpen } from './items';

/** A message of many items is not read: the command shows them all. */
const TOLD = 10;
const MAX_DETAIL = 300;

const WORDS: Record<ItemState, string> = {
  open: 'OPEN',
  known: 'filled in',
  done: 'done',
  skipped: 'skipped',
};

/** The list as the Markdown that Temporal UI shows under "current details". */
export function renderChecklist(view: FollowUpView, id: string): string {
  const { title, summary, items, notes, undelivered, nextReminderAt } = view;
  const open = items.filter(isOpen).length;
  return [
    `**${escapeMarkdown(title)}: ${open === 0 ? 'nothing is left to do' : `${open} of ${items.length} open`}**`,
    ...(summary === '' ? [] : [escapeMarkdown(summary)]),
    ...(items.length === 0 ? [] : [items.map(itemLine).join('\n')]),
    ...(open === 0 ? [] : [`${inlineCode(checklistCommand(id))} shows it, and says how to end an item`]),
    ...(nextReminderAt === null ? [] : [`next reminder ${minute(nextReminderAt)}`]),
    ...section('Nobody heard', undelivered),
    ...section('Notes', notes),
  ].join('\n\n');
}

/** What the team hears: each item with who has it until when. */
export function factsOf(items: readonly ChecklistItem[], { summary }: FollowUpView, id: string): Fact[] {
  const told = items.slice(0, TOLD);
  const left = items.length - told.length;
  return [
    ...(summary === '' ? [] : [{ name: 'What it was', lines: [summary] }]),
    ...told.map(({ cite, title, detail, owner, dueAt }) => ({
      name: `${cite} ${title}`.trim(),
      lines: [
        ...(detail === '' ? [] : [cut(detail, MAX_DETAIL)]),
        `${owner ?? 'whoever is on duty'}${dueAt === null ? '' : `, until ${minute(dueAt)}`}`,
      ],
    })),
    ...(left > 0 ? [{ name: 'More items', lines: [`${left} more`] }] : []),
    { name: 'To end an item', lines: ['"done", "assign" or "skip"'], commands: [checklistCommand(id)] },
  ];
}

function itemLine({ cite, title, state, detail, owner, dueAt, endedBy, note }: ChecklistItem): string {
  const who =
    state === 'open' ? ` (${owner ?? 'whoever is on duty'}${dueAt === null ? '' : `, until ${minute(dueAt)}`})` : '';
  const by = endedBy === null ? '' : ` by ${endedBy}${note === '' ? '' : `: ${note}`}`;
  const text = detail === '' ? '' : ` — ${escapeMarkdown(detail)}`;
  return `- **${escapeMarkdown(`${cite} ${title}`.trim())}**: ${WORDS[state]}${escapeMarkdown(who + by)}${text}`;
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [`**${title}**\n\n${lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n')}`];
}
