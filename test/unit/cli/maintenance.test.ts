import { reportLines } from '../../../src/cli/maintenance/run-maintenance';
import { outcomeOf } from '../../../src/shared/maintenance';
import type { MaintenanceReport, TaskReport, TaskState } from '../../../src/shared/maintenance';
import { renderMaintenance } from '../../../src/workflows/maintenance/details';

function task(cite: string, state: TaskState, detail: string, lines: string[] = []): TaskReport {
  const at = '2026-11-29T03:00:00.000Z';
  return { cite, title: 'A title', state, detail, lines, startedAt: at, endedAt: at };
}

const REPORT: MaintenanceReport = {
  ...{ name: 'weekly', host: 'h1', startedBy: null, isDryRun: false, waitsFor: null, approvals: [] },
  ...{ startedAt: '2026-11-29T03:00:00.000Z', endedAt: '2026-11-29T03:02:00.000Z' },
  tasks: [
    task('G.1', 'nothingToDo', 'all is well'),
    task('G.2', 'notDone', 'anna said no'),
    task('G.3', 'failed', 'no <b>table</b>'),
    task('G.4', 'done', '1 of 3 is outdated', ['requests 1, latest is 2']),
  ],
  notes: ['2026-11-29 03:00:00 Waits for the end of incident/A/h1'],
  undelivered: ['The message: Slack has no token'],
};

it('says the report in lines, the outcome last', () => {
  expect(reportLines(REPORT)).toEqual([
    'G.1 A title: nothing to do: all is well',
    'G.2 A title: NOT DONE: anna said no',
    'G.3 A title: FAILED: no <b>table</b>',
    'G.4 A title: done: 1 of 3 is outdated',
    '      requests 1, latest is 2',
    'not delivered: The message: Slack has no token',
    'note: 2026-11-29 03:00:00 Waits for the end of incident/A/h1',
    'Weekly maintenance of h1: 2 of 4 tasks done, 1 failed, 1 not done',
  ]);
  expect(outcomeOf({ tasks: [task('G.1', 'planned', '')] })).toBe('0 of 1 tasks done, 1 planned');
});

it('says it in Markdown, and what came from the host is no markup there', () => {
  const text = renderMaintenance(REPORT, 'maintenance/weekly/h1');
  expect(text).toContain('**Weekly maintenance of h1: 2 of 4 tasks done, 1 failed, 1 not done**');
  expect(text).toContain('started 2026-11-29 03:00 UTC by its schedule · took 2 m');
  expect(text).toContain('**G.3 A title** — FAILED: no &lt;b&gt;table&lt;/b&gt;');
  expect(text).toContain('- requests 1, latest is 2');
  expect(text).toContain('**Nobody heard**');
});
