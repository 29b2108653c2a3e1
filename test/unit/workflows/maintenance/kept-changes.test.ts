import { ApplicationFailure } from '@temporalio/common';
import type { MaintenanceReport, TaskReport } from '../../../../src/shared/maintenance';
import { keepChange } from '../../../../src/workflows/maintenance/kept-changes';

function task(cite: string, title: string): TaskReport {
  return { cite, title, state: 'running', detail: '', lines: [], startedAt: '2026-11-23T03:00:00.000Z', endedAt: null };
}

function report(): MaintenanceReport {
  return {
    ...{ name: 'weekly', host: 'h1', startedBy: 'anna', isDryRun: false, startedAt: '', endedAt: null, waitsFor: null },
    ...{ tasks: [task('G.1', 'Log sizes'), task('G.2', 'Old images')], approvals: [], notes: [], undelivered: [] },
  };
}

const change = { before: { images: 40 }, after: { images: 0 }, changed: true, notes: ['1 left'] };

it('keeps with the task that goes on who, why, before and after', async () => {
  const kept = report();
  expect(await keepChange(kept, 'Remove old images', () => Promise.resolve(change))).toBe(change);
  await keepChange(kept, 'Again', () => Promise.resolve({ ...change, changed: false }));
  expect(kept.tasks.map(({ changes }) => changes)).toMatchObject([
    undefined,
    [
      {
        ...{ n: 0, cite: 'G.2', title: 'Remove old images', status: 'done', who: 'anna', why: 'Old images' },
        ...{ detail: '1 left', before: { images: 40 }, after: { images: 0 } },
      },
      { n: 1, title: 'Again', status: 'noChange' },
    ],
  ]);
});

it.each([
  ['ChangeRefused', 'skipped'],
  ['ObservationFailed', 'failed'],
])('keeps one that ended with %s as %s, and lets its task hear', async (type, status) => {
  const kept = report();
  const fail = () => Promise.reject(ApplicationFailure.nonRetryable('no', type));
  await expect(keepChange(kept, 'Remove old images', fail)).rejects.toThrow('no');
  expect(kept.tasks[1]!.changes).toMatchObject([{ status, detail: 'no', before: null, after: null }]);
});

it('keeps nothing of what is no change', async () => {
  const kept = report();
  await keepChange(kept, 'Look', () => Promise.resolve(7));
  expect(kept.tasks[1]!.changes).toBeUndefined();
});
