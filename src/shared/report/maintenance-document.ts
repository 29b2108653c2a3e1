import { MAINTENANCE, TASK_WORDS, outcomeOf } from '../maintenance';
import type { MaintenanceReport } from '../maintenance';
import type { ReportDocument } from './document';

/** A maintenance run as a report, a section for each task. */
export function toDocument(report: MaintenanceReport): ReportDocument {
  const { name, host, startedBy, isDryRun, startedAt, endedAt, tasks, notes, undelivered } = report;
  const outcome = outcomeOf(report);
  return {
    title: `${MAINTENANCE[name].title} of ${host}${isDryRun ? ' (dry run)' : ''}`,
    summary: endedAt === null ? `Under way: ${outcome}.` : `${outcome}.`,
    facts: [
      { name: 'Began', lines: [startedAt] },
      { name: 'Ended', lines: [endedAt ?? 'not yet'] },
      { name: 'Started by', lines: [startedBy ?? 'its schedule'] },
    ],
    sections: [
      ...tasks.map(({ cite, title, state, detail, lines }) => ({
        ...{ title, cite, lines },
        summary: `${TASK_WORDS[state]}${detail === '' ? '' : `: ${detail}`}`,
      })),
      ...(notes.length + undelivered.length === 0
        ? []
        : [{ title: 'Notes', summary: '', lines: [...notes, ...undelivered] }]),
    ],
    madeAt: endedAt ?? startedAt,
  };
}
