import type { ChecklistItem } from '../../shared/follow-up';
import { checklistCommand } from '../../shared/observations/commands';
import type { FollowUpView } from '../../shared/post-incident/checklist';
import { formatDuration } from '../../shared/text/durations';
import { formatMoment } from '../support/moment';
import { table } from '../support/table';
import { wrap } from '../support/wrap';
import type { ReadChecklist } from './find-checklists';

const NO_CONTROLLER = 'no controller answers, so it cannot be read now';
const INDENT = 8;

/** Every open item of all checklists, what is due first on top. @param now epoch milliseconds */
export function listLines(checklists: readonly ReadChecklist[], now: number): string[] {
  const rows = checklists.flatMap(({ workflowId, view }) =>
    (view?.items ?? []).filter(isOpen).map((item) => ({ item, workflowId, openedAt: view!.openedAt })),
  );
  const silent = checklists
    .filter(({ view }) => view === null)
    .map(({ workflowId }) => `${workflowId}: ${NO_CONTROLLER}`);
  if (rows.length === 0) return silent.length > 0 ? silent : ['nothing is left to do'];
  const cells = rows
    .sort((a, b) => dueMs(a.item) - dueMs(b.item))
    .map(({ item, workflowId, openedAt }) => [
      dueText(item, now),
      ageText(now - Date.parse(openedAt)),
      item.owner ?? 'on duty',
      item.cite === '' ? item.key : item.cite,
      item.title,
      workflowId,
    ]);
  return [...table([['DUE (UTC)', 'AGE', 'OWNER', 'ITEM', 'WHAT', 'CHECKLIST'], ...cells]), ...silent];
}

/** One checklist as a whole. @param now epoch milliseconds */
export function checklistLines({ workflowId, view }: ReadChecklist, now: number, width: number | undefined): string[] {
  if (view === null) return [`${workflowId}: ${NO_CONTROLLER}`];
  const open = view.items.filter(isOpen).length;
  const state = open === 0 ? 'nothing is left to do' : `${open} of ${view.items.length} open`;
  return [
    `${view.title}: ${state}`,
    ...(view.summary === '' ? [] : [wrap(view.summary, 0, width)]),
    ...[`checklist ${workflowId}`, `about     ${view.source.workflowId}, run ${view.source.runId}`, ''],
    ...view.items.flatMap((item) => itemLines(item, now, width)),
    ...(view.undelivered.length === 0 ? [] : ['', 'Nobody heard:', ...view.undelivered.map((line) => `  ${line}`)]),
    ...(open === 0 ? [] : ['', ...howTo(view, workflowId)]),
  ];
}

function itemLines(item: ChecklistItem, now: number, width: number | undefined): string[] {
  const { key, cite, title, detail, state, owner, endedBy, endedAt, note } = item;
  const mark = { open: '[ ]', known: '[x]', done: '[x]', skipped: '[-]' }[state];
  const said = note === '' ? '' : `: ${note}`;
  const ended = `${state} by ${endedBy ?? 'somebody'}${endedAt === null ? '' : ` at ${formatMoment(endedAt)}`}${said}`;
  const who = {
    open: `${owner ?? 'whoever is on duty'}, until ${dueText(item, now)}`,
    known: 'filled in by Halcyon',
    done: ended,
    skipped: ended,
  }[state];
  const indent = ' '.repeat(INDENT);
  return [
    `${mark} ${`${cite} ${title}`.trim()} (${key})`,
    wrap(`${indent}${who}`, INDENT, width),
    ...(detail === '' ? [] : [wrap(`${indent}${detail}`, INDENT, width)]),
  ];
}

function howTo(view: FollowUpView, workflowId: string): string[] {
  const item = view.items.find(isOpen)!;
  const command = `${checklistCommand(workflowId)} done ${item.cite === '' ? item.key : item.cite}`;
  return [command, '(or "assign … --to NAME", "skip … --reason TEXT")'];
}

/** `2026-12-01 03:00:00Z`, and whether that is over. */
function dueText({ dueAt }: ChecklistItem, now: number): string {
  if (dueAt === null) return 'whenever';
  return Date.parse(dueAt) <= now ? `${formatMoment(dueAt)} OVERDUE` : formatMoment(dueAt);
}

function dueMs({ dueAt }: ChecklistItem): number {
  return dueAt === null ? Infinity : Date.parse(dueAt);
}

/** `3 d`, `5 h` */
function ageText(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  return days >= 1 ? `${days} d` : formatDuration(Math.max(0, Math.floor(ms / 60_000)) * 60_000);
}

function isOpen({ state }: ChecklistItem): boolean {
  return state === 'open';
}
