import { MAINTENANCE, TASK_WORDS, outcomeOf } from '../../shared/maintenance';
import type { MaintenanceReport, TaskReport } from '../../shared/maintenance';
import { approveCommand } from '../../shared/observations/commands';
import type { Fact } from '../../shared/paging/escalation';
import { tableLines } from '../../shared/report/table-lines';
import type { Approval } from '../../shared/safety/approval';
import { formatDuration } from '../../shared/text/durations';
import { escapeMarkdown, inlineCode } from '../../shared/text/markdown';
import { describeQuestion } from '../safety/approvals';
import { minute } from '../../shared/text/text';

/** As many lines of a task as a channel takes; Temporal UI has them all. */
const LINES_TOLD = 8;

/** `Weekly maintenance of h1: 4 of 5 tasks done, 1 failed` */
export function titleOf(report: MaintenanceReport): string {
  const dry = report.isDryRun ? ' (dry run, nothing was changed)' : '';
  return `${MAINTENANCE[report.name].title} of ${report.host}${dry}: ${outcomeOf(report)}`;
}

/** The report as the Markdown that Temporal UI shows under "current details". */
export function renderMaintenance(report: MaintenanceReport, id: string): string {
  const { startedBy, startedAt, endedAt, waitsFor, tasks, approvals, notes, undelivered } = report;
  const took = endedAt === null ? '' : ` · took ${formatDuration(Date.parse(endedAt) - Date.parse(startedAt))}`;
  const by = startedBy === null ? 'by its schedule' : `by ${escapeMarkdown(startedBy)}`;
  const open = approvals.filter(({ state }) => state === 'asked');
  return [
    `**${escapeMarkdown(titleOf(report))}**`,
    `started ${minute(startedAt)} ${by}${took}`,
    ...(waitsFor === null ? [] : [`**Waits for** ${escapeMarkdown(waitsFor)}`]),
    ...open.map((approval) => question(approval, id)),
    ...tasks.map(section),
    ...(undelivered.length === 0 ? [] : [list('Nobody heard', undelivered)]),
    ...(notes.length === 0 ? [] : [list('Notes', notes)]),
  ].join('\n\n');
}

/** The same for the team's channel. */
export function factsOf({ tasks, undelivered }: MaintenanceReport): Fact[] {
  const told = tasks.map(({ cite, title, state, detail, lines, toDo }) => {
    const more = lines.length > LINES_TOLD ? [`… ${lines.length - LINES_TOLD} more in Temporal UI`] : [];
    return {
      name: `${cite} ${title}`,
      lines: [
        `${TASK_WORDS[state]}: ${detail}`,
        ...lines.slice(0, LINES_TOLD),
        ...more,
        ...(typeof toDo === 'string' ? [`To do: ${toDo}`] : []),
      ],
    };
  });
  return undelivered.length === 0 ? told : [...told, { name: 'Not delivered', lines: undelivered }];
}

/** What a question says in the team's channel. */
export function factsOfQuestion(approval: Approval, id: string): Fact[] {
  const { roles, people, expiresAt, hash } = approval;
  const who = people.length > 0 ? people.join(', ') : `nobody has the role ${roles.join(' or ')}`;
  return [
    { name: 'What is asked', lines: [describeQuestion(approval)] },
    { name: 'May answer', lines: [`${who}; until ${minute(expiresAt)}`] },
    { name: 'To say yes', lines: ['to say no, "reject" in place of "approve"'], commands: [approveCommand(id, hash)] },
  ];
}

function question(approval: Approval, id: string): string {
  const { roles, expiresAt, hash } = approval;
  const asked = `**Asks** until ${minute(expiresAt)}, of ${roles.join(' or ')}: ${escapeMarkdown(describeQuestion(approval))}`;
  return `${asked}  \n${inlineCode(approveCommand(id, hash))} (to say no, "reject" in place of "approve")`;
}

function section({ cite, title, state, detail, lines, table, toDo }: TaskReport): string {
  const head = `**${cite} ${escapeMarkdown(title)}** — ${TASK_WORDS[state]}${detail === '' ? '' : `: ${escapeMarkdown(detail)}`}`;
  const items = [...tableLines(table), ...lines];
  return [
    head,
    ...(items.length === 0 ? [] : [items.map((line) => `- ${escapeMarkdown(line)}`).join('\n')]),
    ...(typeof toDo === 'string' ? [`**To do** ${escapeMarkdown(toDo)}`] : []),
  ].join('\n\n');
}

function list(title: string, lines: string[]): string {
  return `**${title}**\n\n${lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n')}`;
}
