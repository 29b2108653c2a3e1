import type { Fact } from '../../shared/paging/escalation';
import { HONEST_OUTCOMES, OUTCOME_WORDS } from '../../shared/figures/counted';
import type { CountedIncident } from '../../shared/figures/counted';
import { figuresOf } from '../../shared/figures/figures';
import type { Figures, Rate } from '../../shared/figures/figures';
import type { Spread } from '../../shared/figures/spread';
import type { ReportDocument, ReportSection } from '../../shared/report/document';
import { roughDuration } from '../../shared/text/durations';
import { moment } from '../moments';
import { outcomesByDay, pagesChart, timesToMend } from './charts';
import { byCause, byHost, byRunbook, recurrences, toLookAt } from './tables';

export interface PeriodReportInput {
  /** ISO 8601. */
  since: string;
  madeAt: string;
  /** Those that began, ended or were open in it. */
  incidents: CountedIncident[];
  /** All that are known and began before those, as far back as recurrences are counted. */
  earlier: CountedIncident[];
  /** What is not in it, and why; empty where everything is. */
  gaps: string[];
}

/** What happened since some moment, a week as a rule. */
export function periodReport(input: PeriodReportInput): ReportDocument {
  const { since, madeAt, incidents, gaps } = input;
  const figures = figuresOf(incidents);
  return {
    title: `Incidents from ${since.slice(0, 10)} to ${madeAt.slice(0, 10)}`,
    summary: summaryOf(figures),
    facts: factsOf(figures, input),
    sections: [
      outcomes(figures, input),
      toLookAt(incidents),
      byRunbook(incidents),
      byCause(incidents),
      recurrences(incidents, input.earlier),
      byHost(incidents),
      people(figures, incidents),
      ...(gaps.length === 0 ? [] : [{ title: 'What is not in here', summary: '', lines: gaps }]),
    ],
    madeAt,
  };
}

function summaryOf({ ended, open, healRate, timeToMend }: Figures): string {
  if (ended + open === 0) return 'There was no incident.';
  const healed = healRate.of === 0 ? 'none needed healing' : `Halcyon healed ${rateText(healRate)} that needed it`;
  const mended = timeToMend === null ? '' : `; well again after ${roughDuration(timeToMend.medianMs)} (median)`;
  const some = ended === 1 ? 'One incident ended' : `${ended} incidents ended`;
  return `${some}${open === 0 ? '' : `, ${open} open`}: ${healed}${mended}.`;
}

function factsOf(figures: Figures, { since, madeAt }: PeriodReportInput): Fact[] {
  const facts: [string, string][] = [
    ['Period', `${moment(since)} to ${moment(madeAt)} UTC`],
    ['Ended', countsText(figures)],
    ['Heal rate', `${rateText(figures.healRate)} that somebody had to mend and Halcyon was allowed to`],
    ['Time to heal', `by Halcyon: ${spreadText(figures.timeToHeal)}`],
    ['Time to mend', `by Halcyon or people: ${spreadText(figures.timeToMend)}`],
    ['To detect', spreadText(figures.timeToDetect)],
    ['To act', spreadText(figures.timeToAct)],
    ['To acknowledge', spreadText(figures.timeToAcknowledge)],
    ['Unanswered', `${figures.unanswered} of ${figures.paged} incidents that people were paged for`],
  ];
  return facts.map(([name, text]) => ({ name, lines: [text] }));
}

function countsText({ ended, open, planned, observed }: Figures): string {
  const more = [
    [open, 'open'],
    [planned, 'dry runs, counted nowhere else'],
    [observed, 'only observed'],
  ] as const;
  return [`${ended} incidents`, ...more.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]))].join(
    ', ',
  );
}

function outcomes(
  { outcomes: counts, ended }: Figures,
  { incidents, since, madeAt }: PeriodReportInput,
): ReportSection {
  const rows = HONEST_OUTCOMES.map((name) => [
    OUTCOME_WORDS[name],
    String(counts[name]),
    ended === 0 ? '-' : percent(counts[name] / ended),
  ]);
  return {
    title: 'Outcomes',
    summary:
      'How incidents ended. What ended well by itself raises no heal rate; what nobody knows the end of lowers it.',
    table: { head: ['Outcome', 'Incidents', 'Share'], rows },
    bars: [outcomesByDay(incidents, since, madeAt)],
    charts: timesToMend(incidents),
  };
}

function people({ paged, pages, unanswered, timeToAcknowledge }: Figures, incidents: CountedIncident[]): ReportSection {
  const acknowledged = timeToAcknowledge === null ? '' : ` Acknowledged after ${spreadText(timeToAcknowledge)}.`;
  const summary =
    paged === 0
      ? 'Nobody was paged.'
      : `People were paged for ${paged} incidents, with ${pages} pages; ${unanswered} ended without an answer.${acknowledged}`;
  return { title: 'People', summary, bars: paged === 0 ? [] : [pagesChart(incidents)] };
}

/** `3 of 4 (75 %)` */
export function rateText({ count, of, share }: Rate): string {
  return share === null ? `${count} of ${of}` : `${count} of ${of} (${percent(share)})`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `median 42 s, worst 3 m, of 7` */
function spreadText(spread: Spread | null): string {
  if (spread === null) return 'none known';
  const { medianMs, worstMs, count } = spread;
  return count === 1
    ? `${roughDuration(worstMs)}, of one`
    : `median ${roughDuration(medianMs)}, worst ${roughDuration(worstMs)}, of ${count}`;
}
