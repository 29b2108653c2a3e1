import type { Client } from '@temporalio/client';
import { figuresBy, figuresOf } from '../../../shared/figures/figures';
import type { CountedIncident } from '../../../shared/figures/counted';
import type { DashboardFiles, HealingFigures, HealingReview, ReviewRequest } from '../../../shared/report/review';
import type { RunbookReview, RunbookUse } from '../../../shared/report/review';
import type { Store } from '../../../store/store';
import { readDashboards } from './dashboards';
import { pastIncidents } from './past-incidents';
import type { PastIncidents } from './past-incidents';

const WEEK_MS = 604_800_000;
const NO_RUNBOOK = 'unknownAlert';
const ALERTS = 50;
const DEVIATIONS = 50;

/** `maintenance:` of halcyon.yaml, as far as reviews look at it. */
export interface ReviewSettings {
  /** Files of Grafana, by their absolute paths. */
  dashboards: readonly string[];
  /** By the title of a document, when it is to be reviewed: `2025-09-25`. */
  reviewBy: Readonly<Record<string, string>>;
}

export interface ReviewDeps {
  client: Client;
  /** Null where there is no record. */
  store: Store | null;
  settings: ReviewSettings;
}

export interface ReviewActivities {
  /** G.6: what the dashboards ask Prometheus for. No dashboards where none is configured. */
  observeDashboards(): Promise<DashboardFiles>;
  /** G.7: how the runbooks were used, and which documents are to be reviewed. */
  observeRunbookUse(input: ReviewRequest): Promise<RunbookReview>;
  /** G.10: how long it took until hosts were well again, and who saw to it. */
  observeHealing(input: ReviewRequest): Promise<HealingReview>;
}

/** G, monthly: what the controller knows besides the host. */
export function createReviewActivities({ client, store, settings }: ReviewDeps): ReviewActivities {
  return {
    observeDashboards: async () => await readDashboards(settings.dashboards),
    observeRunbookUse: async (asked) => {
      const past = await pastIncidents({ client, store }, asked);
      const { source, detail, incidents } = past;
      const unanswered = figuresBy(
        incidents.filter(({ runbook }) => runbook === NO_RUNBOOK),
        ({ alertname }) => alertname,
      ).map(({ name, incidents: runs }) => ({ alertname: name, runs: runs.length }));
      const documents = Object.entries(settings.reviewBy)
        .map(([title, reviewBy]) => ({ title, reviewBy, isOverdue: reviewBy < asked.until.slice(0, 10) }))
        .sort((a, b) => (a.title < b.title ? -1 : 1));
      return { ...{ source, detail, documents }, runbooks: useOf(past), unanswered: unanswered.slice(0, ALERTS) };
    },
    observeHealing: async (asked) => {
      const { source, detail, incidents } = await pastIncidents({ client, store }, asked);
      const runbooks = figuresBy(incidents, ({ runbook }) => runbook)
        .filter(({ figures }) => figures.ended > 0)
        .map(({ name, incidents: some }) => ({ runbook: name, ...healingOf(some) }));
      return { source, detail, all: healingOf(incidents), runbooks, weeks: weeksOf(incidents, asked) };
    },
  };
}

function useOf({ incidents, followed }: PastIncidents): RunbookUse[] {
  return figuresBy(incidents, ({ runbook }) => runbook)
    .filter(({ name }) => name !== NO_RUNBOOK)
    .map(({ name, incidents: runs }) => {
      const outcomes: RunbookUse['outcomes'] = {};
      for (const { as } of runs) outcomes[as] = (outcomes[as] ?? 0) + 1;
      const own = <T extends { runbook: string }>(some: T[]) =>
        some.filter(({ runbook }) => runbook === name).map(({ runbook: _runbook, ...rest }) => rest);
      return {
        ...{ runbook: name, runs: runs.length, outcomes },
        steps: followed === null ? null : own(followed.steps),
        deviations: followed === null ? [] : own(followed.deviations).slice(0, DEVIATIONS),
      };
    });
}

function healingOf(incidents: readonly CountedIncident[]): HealingFigures {
  const { ended, healRate, timeToHeal } = figuresOf(incidents);
  return { ended, healRate, timeToHeal };
}

/** Whole weeks back from the end. */
function weeksOf(incidents: readonly CountedIncident[], { since, until }: ReviewRequest): HealingReview['weeks'] {
  const weeks: HealingReview['weeks'] = [];
  for (let to = Date.parse(until); to - WEEK_MS >= Date.parse(since); to -= WEEK_MS) {
    const from = to - WEEK_MS;
    const { healRate, timeToHeal } = figuresOf(
      incidents.filter(({ startsAt }) => Date.parse(startsAt) >= from && Date.parse(startsAt) < to),
    );
    weeks.unshift({ from: new Date(from).toISOString(), healRate, timeToHeal });
  }
  return weeks;
}
