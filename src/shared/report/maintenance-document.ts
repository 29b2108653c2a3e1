import { MAINTENANCE, TASK_WORDS, outcomeOf } from '../maintenance';
import type { MaintenanceReport, TaskReport } from '../maintenance';
import type { Fact } from '../paging/escalation';
import { formatDuration } from '../text/durations';
import type { ReportDocument, ReportSection } from './document';
import { minute } from '../text/text';

/** A run of maintenance as a document: a section for each task, then what is left to people, then what happened around them. */
export function toDocument(report: MaintenanceReport): ReportDocument {
  const { name, host, isDryRun, tasks, startedAt, endedAt } = report;
  const dry = isDryRun ? ' (dry run, nothing was changed)' : '';
  const left = tasks.filter(({ toDo }) => typeof toDo === 'string').length;
  return {
    title: `${MAINTENANCE[name].title} of ${host}${dry}`,
    summary: [outcomeOf(report), left === 0 ? 'nothing is left to people' : `${left} left to people`].join(', '),
    facts: factsOf(report),
    sections: [...tasks.map(sectionOf), ...leftToPeople(tasks), ...around(report)],
    madeAt: endedAt ?? startedAt,
  };
}

function factsOf({ host, startedBy, startedAt, endedAt, waitsFor }: MaintenanceReport): Fact[] {
  const took = endedAt === null ? [] : [`took ${formatDuration(Date.parse(endedAt) - Date.parse(startedAt))}`];
  return [
    { name: 'Host', lines: [host] },
    {
      name: 'Started',
      lines: [[minute(startedAt), startedBy === null ? 'by its schedule' : `by ${startedBy}`].join(' ')],
    },
    { name: 'Ended', lines: [endedAt === null ? 'not yet' : [minute(endedAt), ...took].join(', ')] },
    ...(waitsFor === null ? [] : [{ name: 'Waits for', lines: [waitsFor] }]),
  ];
}

function sectionOf({ cite, title, state, detail, lines, table, charts, toDo }: TaskReport): ReportSection {
  const said = [...lines, ...(typeof toDo === 'string' ? [`To do: ${toDo}`] : [])];
  return {
    ...{ title, cite },
    summary: detail === '' ? TASK_WORDS[state] : `${TASK_WORDS[state]}: ${detail}`,
    ...(table === undefined || table.rows.length === 0 ? {} : { table }),
    ...(charts === undefined || charts.length === 0 ? {} : { charts }),
    ...(said.length === 0 ? {} : { lines: said }),
  };
}

function leftToPeople(tasks: readonly TaskReport[]): ReportSection[] {
  const rows = tasks.flatMap(({ cite, title, toDo }) => (typeof toDo === 'string' ? [[cite, title, toDo]] : []));
  if (rows.length === 0) return [];
  const summary = `${rows.length} of ${tasks.length} tasks leave something to people`;
  return [{ title: 'Left to people', summary, table: { head: ['', 'Review', 'To do'], rows } }];
}

/** Only where there is anything: questions, notes, and what nobody heard. */
function around({ approvals, notes, undelivered }: MaintenanceReport): ReportSection[] {
  const questions = approvals.map(({ subject, state, answeredBy }) => {
    const by = answeredBy === null ? '' : ` by ${answeredBy}`;
    return `${subject.cite} ${subject.title}: ${state}${by}`;
  });
  return [
    ...listed('Questions', `${questions.length} asked`, questions),
    ...listed('Not delivered', 'nobody heard of it by its message', undelivered),
    ...listed('Notes', 'what happened around the tasks', notes),
  ];
}

function listed(title: string, summary: string, lines: string[]): ReportSection[] {
  return lines.length === 0 ? [] : [{ title, summary, lines }];
}
