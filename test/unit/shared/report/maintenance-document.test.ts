import type { MaintenanceReport, TaskReport } from '../../../../src/shared/maintenance';
import { toDocument } from '../../../../src/shared/report/maintenance-document';
import { tableLines } from '../../../../src/shared/report/table-lines';

const AT = '2026-12-06T04:00:00.000Z';
const TABLE = { head: ['Runbook', 'Runs', 'Failed'], rows: [['A. Service down', '3', 'none']] };
const CHART = { title: 'P95', unit: 's', series: [{ name: 'by day', points: [[0, 1]] as [number, number][] }] };

function task(cite: string, more: Partial<TaskReport> = {}): TaskReport {
  return {
    cite,
    title: `Review ${cite}`,
    state: 'done',
    detail: 'all seen',
    lines: [],
    startedAt: AT,
    endedAt: AT,
    ...more,
  };
}

const REPORT: MaintenanceReport = {
  ...{ name: 'monthly', host: 'h1', startedBy: null, isDryRun: false, waitsFor: null, approvals: [] },
  ...{ startedAt: AT, endedAt: '2026-12-06T04:02:00.000Z', notes: [], undelivered: [] },
  tasks: [
    task('G.6', { lines: ['a line'], toDo: 'Correct it' }),
    task('G.7', { table: TABLE, charts: [CHART], toDo: null }),
    task('G.8', { state: 'failed', detail: 'no agent' }),
  ],
};

it('has a section for each review with what it brought, and one for what is left to people', () => {
  const { title, summary, facts, sections, madeAt } = toDocument(REPORT);
  expect([title, madeAt]).toEqual(['Monthly maintenance of h1', '2026-12-06T04:02:00.000Z']);
  expect(summary).toBe('2 of 3 tasks done, 1 failed, 1 left to people');
  expect(facts.map(({ name, lines }) => [name, lines[0]])).toEqual([
    ['Host', 'h1'],
    ['Started', '2026-12-06 04:00 UTC by its schedule'],
    ['Ended', '2026-12-06 04:02 UTC, took 2 m'],
  ]);
  expect(sections).toEqual([
    { cite: 'G.6', title: 'Review G.6', summary: 'done: all seen', lines: ['a line', 'To do: Correct it'] },
    { cite: 'G.7', title: 'Review G.7', summary: 'done: all seen', table: TABLE, charts: [CHART] },
    { cite: 'G.8', title: 'Review G.8', summary: 'FAILED: no agent' },
    {
      ...{ title: 'Left to people', summary: '1 of 3 tasks leave something to people' },
      table: { head: ['', 'Review', 'To do'], rows: [['G.6', 'Review G.6', 'Correct it']] },
    },
  ]);
});

it('tells questions, notes and what nobody heard, where there is any, of a run that goes on as well', () => {
  const { sections, facts, summary } = toDocument({
    ...REPORT,
    ...{ name: 'weekly', startedBy: 'anna', endedAt: null, waitsFor: 'the end of incident/A/h1', tasks: [] },
    ...{ notes: ['a note'], undelivered: ['The message: Slack has no token'] },
  });
  expect(summary).toContain('nothing is left to people');
  expect(facts.map(({ lines }) => lines[0])).toContain('not yet');
  expect(facts.at(-1)).toEqual({ name: 'Waits for', lines: ['the end of incident/A/h1'] });
  expect(sections.map(({ title, lines }) => [title, lines])).toEqual([
    ['Not delivered', ['The message: Slack has no token']],
    ['Notes', ['a note']],
  ]);
});

it('a table is a line for each row where there is only text', () => {
  expect(tableLines(TABLE)).toEqual(['A. Service down: Runs 3, Failed none']);
  expect(tableLines(undefined)).toEqual([]);
});
