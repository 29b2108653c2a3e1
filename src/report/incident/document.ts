import type { Fact } from '../../shared/paging/escalation';
import { countedAs, OUTCOME_WORDS } from '../../shared/figures/counted';
import type { Recurrence } from '../../shared/figures/recurrence';
import { recurrenceText } from '../../shared/figures/recurrence';
import type { IncidentView } from '../../shared/incident';
import type { RecordedIncident } from '../../shared/record';
import type { Chart, ReportDocument, ReportSection } from '../../shared/report/document';
import { RUNBOOKS } from '../../shared/runbooks';
import { causeOf, pastCause } from '../../shared/summary/causes';
import { closingSentence } from '../../shared/summary/closing';
import { placeOf } from '../../shared/summary/condition';
import { headline } from '../../shared/summary/headline';
import { endInWords } from '../../shared/summary/run-end';
import { subjectOf } from '../../shared/summary/subject';
import { moment } from '../moments';
import { changesSection } from './changes';
import { acknowledgementsSection, decisionsSection, leasesSection, pagesSection } from './people';
import { entriesSection, timelineSection } from './timeline';
import { timesSection, unwellFor } from './times';

export interface IncidentReportInput {
  incident: RecordedIncident;
  /** How often it came before; null where nobody could count. */
  recurrence: Recurrence | null;
  /** The metric that alerted, or why it is not there. */
  metric: { chart: Chart } | { absent: string };
  /** ISO 8601. */
  madeAt: string;
}

/** All that is known of an incident, for people who were not there. */
export function incidentReport(input: IncidentReportInput): ReportDocument {
  const { incident, recurrence, madeAt } = input;
  const { view } = incident;
  const sections = [
    timesSection(incident, madeAt),
    timelineSection(incident, madeAt),
    causeSection(view),
    changesSection(view),
    metricSection(input.metric),
    decisionsSection(view),
    pagesSection(view),
    acknowledgementsSection(view),
    leasesSection(view),
    recurrenceSection(recurrence),
    entriesSection(incident),
  ];
  return {
    title: `${view.alertname} on ${placeOf(view)}`,
    summary: summaryOf(incident),
    facts: factsOf(input),
    sections: sections.filter((section) => section !== null),
    madeAt,
  };
}

/** A run that was ended from outside says nothing of how it ended, whatever its last state was. */
function summaryOf({ status, view }: RecordedIncident): string {
  if (status !== 'RUNNING' && status !== 'COMPLETED') return headline(view, endInWords(status));
  return view.outcome === null ? headline(view) : closingSentence(view, view.outcome);
}

function factsOf({ incident, recurrence, madeAt }: IncidentReportInput): Fact[] {
  const { view, workflowId, runId } = incident;
  const { page, title } = RUNBOOKS[view.runbook];
  const again = recurrence === null ? '' : recurrenceText(recurrence);
  const one = (name: string, text: string) => (text === '' ? [] : [{ name, lines: [text] }]);
  return [
    ...one('Outcome', outcomeText(incident)),
    ...one('Host', view.host ?? 'not known'),
    ...one('Severity', view.severity),
    ...one('Runbook', page === null ? title : `${page}, ${title}`),
    ...one('Began', `${moment(view.startsAt)} UTC`),
    ...one('Not well for', unwellFor(incident, madeAt)),
    ...one('Recurrence', again),
    ...one('Automation', view.mode === undefined ? '' : MODES[view.mode]),
    ...one('Started by', view.startedBy === undefined ? '' : `${view.startedBy.who}: ${view.startedBy.reason}`),
    ...one('Incident', `${workflowId}, run ${runId}`),
  ];
}

const MODES = {
  observe: 'only looks and pages (observe)',
  approve: 'asks before every change (approve)',
  auto: 'changes what its allow-list has (auto)',
};

function outcomeText({ status, view }: RecordedIncident): string {
  const as = countedAs(status, view);
  if (as === 'open') return `open: ${view.state}`;
  if (as === 'planned') return 'dry run: nothing was changed';
  return as === 'unknown' ? `${OUTCOME_WORDS.unknown} (${endInWords(status)})` : OUTCOME_WORDS[as];
}

function causeSection(view: IncidentView): ReportSection {
  const cause = causeOf(view, view.findings);
  const acted = view.cause;
  const rows = view.findings.map(({ name, detail, cite, at, withdrawnAt }) => [
    ...[moment(at), name, cite, detail],
    withdrawnAt === undefined ? '' : moment(withdrawnAt),
  ]);
  return {
    title: 'Cause',
    summary: cause === null ? 'The cause is not known.' : `${capital(pastCause(cause, subjectOf(view)))}.`,
    lines: acted === null ? [] : [`The runbook acted on ${acted.cite}, ${acted.title}: ${acted.evidence}`],
    table: { head: ['Seen', 'Finding', 'Place', 'Detail', 'No longer so since'], rows },
  };
}

function metricSection(metric: IncidentReportInput['metric']): ReportSection {
  const title = 'The metric that alerted';
  if ('absent' in metric) return { title, summary: `No chart: ${metric.absent}.` };
  return { title, summary: 'Before and after, as Prometheus has it.', charts: [metric.chart] };
}

function recurrenceSection(recurrence: Recurrence | null): ReportSection {
  const title = 'Earlier ones';
  if (recurrence === null) return { title, summary: 'Nobody could count how often it came before.' };
  const { time, withinDays, earlier } = recurrence;
  if (time === 1) return { title, summary: `It is the first for this cause on this host in ${withinDays} days.` };
  return {
    title,
    summary: `It is the ${recurrenceText(recurrence)} on this host.`,
    table: {
      head: ['Began', 'Alert', 'Ended as', 'Run'],
      rows: earlier.slice(0, MOST_EARLIER).map(({ startsAt, alertname, as, runId }) => {
        return [
          moment(startsAt),
          alertname,
          as === 'open' || as === 'planned' ? as : OUTCOME_WORDS[as],
          runId.slice(0, 8),
        ];
      }),
    },
    lines: earlier.length > MOST_EARLIER ? [`${earlier.length - MOST_EARLIER} earlier ones left out`] : [],
  };
}

const MOST_EARLIER = 20;

function capital(text: string): string {
  return text === '' ? text : text[0]!.toUpperCase() + text.slice(1);
}
