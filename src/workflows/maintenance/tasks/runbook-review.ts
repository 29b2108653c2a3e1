import { HONEST_OUTCOMES, OUTCOME_WORDS } from '../../../shared/figures/counted';
import type { ReportTable } from '../../../shared/report/document';
import { stepsOfPage } from '../../../shared/report/page-steps';
import type { RunbookReview, RunbookUse, StepUse } from '../../../shared/report/review';
import { RUNBOOKS, RUNBOOK_NAMES, isRunbook } from '../../../shared/runbooks';
import { counted, listed } from '../../../shared/text/text';
import type { Task } from '../task';
import { FOUR_WEEKS, spanOf } from './span';

const FAILURES_TOLD = 20;
const DEVIATIONS_TOLD = 20;

/** "Review and update runbooks": how each was followed in four weeks, and which documents are due for their review. */
export const runbookReview: Task = {
  cite: 'G.7',
  title: 'Runbook review',
  async work(site) {
    const review = await site.read('Use of the runbooks', (control) => control.observeRunbookUse(spanOf(site)));
    const { runbooks, unanswered, documents, source } = review;
    const runs = runbooks.reduce((sum, one) => sum + one.runs, 0);
    const overdue = documents.filter(({ isOverdue }) => isOverdue);
    const failed = runbooks.flatMap(failedSteps);
    const detail = [
      `${counted(runs, 'run')} of ${counted(runbooks.length, 'runbook')} in ${FOUR_WEEKS}`,
      source === 'record'
        ? `${counted(failed.length, 'step')} failed at least once`
        : `by Temporal alone: ${review.detail}`,
      `${counted(unanswered.length, 'alert')} that no runbook answers`,
      `${overdue.length} of ${counted(documents.length, 'document')} past their review`,
    ].join('; ');
    return {
      state: 'done',
      detail,
      lines: linesOf(review, failed),
      table: tableOf(review),
      toDo: toDoOf(review, failed),
    };
  },
};

type FailedStep = StepUse & { runbook: string };

function failedSteps({ runbook, steps }: RunbookUse): FailedStep[] {
  return (steps ?? []).filter(({ failed }) => failed > 0).map((step) => ({ ...step, runbook }));
}

function tableOf({ runbooks }: RunbookReview): ReportTable {
  const head = ['Runbook', 'Runs', 'How they ended', 'Steps that failed', 'Steps never used', 'Deviations'];
  return {
    head,
    rows: runbooks.map((one) => {
      const { runbook, runs, outcomes, steps, deviations } = one;
      const ends = [...HONEST_OUTCOMES, 'open' as const, 'planned' as const].flatMap((as) => {
        const times = outcomes[as] ?? 0;
        return times === 0
          ? []
          : [`${times} ${as === 'open' ? 'open' : as === 'planned' ? 'dry run' : OUTCOME_WORDS[as]}`];
      });
      if (steps === null)
        return [titleOf(runbook), String(runs), ends.join(', '), 'not known', 'not known', 'not known'];
      const failed = [...new Set(failedSteps(one).map(({ cite }) => cite))];
      const times = deviations.reduce((sum, deviation) => sum + deviation.times, 0);
      return [
        ...[titleOf(runbook), String(runs), ends.join(', ')],
        ...[failed.join(', ') || 'none', unusedSteps(one).join(', ') || 'none', String(times)],
      ];
    }),
  };
}

function linesOf({ runbooks, unanswered, documents, detail }: RunbookReview, failed: FailedStep[]): string[] {
  const used = runbooks.map(({ runbook }) => runbook);
  const idle = RUNBOOK_NAMES.filter((name) => RUNBOOKS[name].page !== null && !used.includes(name)).map(titleOf);
  const deviations = runbooks.flatMap(({ runbook, deviations: all }) =>
    all.map(({ what, times }) => `${titleOf(runbook)}: ${what} (${counted(times, 'time')})`),
  );
  return [
    ...(detail === '' ? [] : [`steps and deviations are not known: ${detail}`]),
    ...failed.slice(0, FAILURES_TOLD).map(failureLine),
    ...(failed.length > FAILURES_TOLD ? [`and ${failed.length - FAILURES_TOLD} more steps that failed`] : []),
    ...deviations.slice(0, DEVIATIONS_TOLD),
    ...(deviations.length > DEVIATIONS_TOLD ? [`and ${deviations.length - DEVIATIONS_TOLD} more deviations`] : []),
    ...unanswered.map(({ alertname, runs }) => `no runbook answers ${alertname} (${counted(runs, 'time')})`),
    ...(idle.length === 0 ? [] : [`not run in ${FOUR_WEEKS}: ${idle.join(', ')}`]),
    ...documents.map(
      ({ title, reviewBy, isOverdue }) => `${title}: review ${isOverdue ? 'was due' : 'due'} ${reviewBy}`,
    ),
  ];
}

function failureLine({ runbook, cite, title, runs, failed, lastFailure }: FailedStep): string {
  return `${titleOf(runbook)}: ${cite} ${title} failed in ${failed} of ${runs} runs, at last: ${lastFailure}`;
}

/** Numbered steps of the page that no run came to. Of a page that no run was made of, none counts. */
function unusedSteps({ runbook, steps }: RunbookUse): string[] {
  const used = new Set((steps ?? []).map(({ cite }) => cite));
  return stepsOfPage(runbook).filter((cite) => !used.has(cite));
}

function toDoOf({ unanswered, documents }: RunbookReview, failed: FailedStep[]): string | null {
  const overdue = documents.filter(({ isOverdue }) => isOverdue).map(({ title }) => title);
  const steps = [...new Set(failed.map(({ cite }) => cite))];
  const parts = [
    ...(steps.length === 0 ? [] : [`See why ${listed(steps)} failed, and correct the page or the host`]),
    ...(unanswered.length === 0
      ? []
      : [`Map ${listed(unanswered.map(({ alertname }) => alertname))} to a runbook (routes), or write one`]),
    ...(overdue.length === 0 ? [] : [`Review ${listed(overdue)}, then set the next date (maintenance.reviewBy)`]),
  ];
  return parts.length === 0 ? null : parts.join('. ');
}

function titleOf(runbook: string): string {
  if (!isRunbook(runbook)) return runbook;
  const { page, title } = RUNBOOKS[runbook];
  return page === null ? title : `${page}. ${title}`;
}
