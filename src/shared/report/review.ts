import type { CountedAs } from '../figures/counted';
import type { Rate } from '../figures/figures';
import type { Spread } from '../figures/spread';

/** What the monthly reviews learn from the controller: from its files, the record, and Temporal. Times are ISO 8601 in UTC. */

/** Which incidents a review is about: those that began since then, of this host and of no host that could be told. */
export interface ReviewRequest {
  host: string;
  since: string;
  until: string;
}

/** Who knows it: `temporal` forgets after its retention, and knows no steps. */
interface Known {
  source: 'record' | 'temporal';
  /** Why not from the record; empty where it is. */
  detail: string;
}

/** Dashboards as files of Grafana. */
export interface DashboardFiles {
  dashboards: Dashboard[];
  unreadable: { file: string; why: string }[];
}

export interface Dashboard {
  file: string;
  title: string;
  panels: DashboardPanel[];
}

/** A panel that asks Prometheus. */
export interface DashboardPanel {
  title: string;
  metrics: string[];
  /** False where it may ask for others, too. */
  isWhole: boolean;
}

/** How the runbooks were used. */
export interface RunbookReview extends Known {
  /** The most used first; those that nothing started are left out. */
  runbooks: RunbookUse[];
  /** Alerts that no runbook answers, the most frequent first. */
  unanswered: { alertname: string; runs: number }[];
  /** The date by which each document is to be reviewed (`2025-09-25`). */
  documents: { title: string; reviewBy: string; isOverdue: boolean }[];
}

export interface RunbookUse {
  runbook: string;
  runs: number;
  outcomes: Partial<Record<CountedAs, number>>;
  /** Null where nobody knows. */
  steps: StepUse[] | null;
  /** Where a run was not as its page has it: changes that were left out, questions without a yes. */
  deviations: { what: string; times: number }[];
}

/** How a step of a page went: in how many runs, and in how many of these it failed. */
export interface StepUse {
  cite: string;
  title: string;
  runs: number;
  failed: number;
  /** What it said when it failed last; empty where it never did. */
  lastFailure: string;
}

/** How long it took until hosts were well again, and who saw to it. */
export interface HealingReview extends Known {
  all: HealingFigures;
  runbooks: (HealingFigures & { runbook: string })[];
  /** By week, the oldest first. */
  weeks: { from: string; healRate: Rate; timeToHeal: Spread | null }[];
}

export interface HealingFigures {
  ended: number;
  healRate: Rate;
  /** Null where nobody knows. */
  timeToHeal: Spread | null;
}
