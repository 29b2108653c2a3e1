import { OUTCOME_WORDS } from '../../shared/figures/counted';
import type { CountedIncident } from '../../shared/figures/counted';
import { figuresBy, isUnanswered, timeToHealth } from '../../shared/figures/figures';
import type { Group } from '../../shared/figures/figures';
import { keyOf, ordinal, recurrenceOf } from '../../shared/figures/recurrence';
import type { ReportSection } from '../../shared/report/document';
import { RUNBOOKS, isRunbook } from '../../shared/runbooks';
import { roughDuration } from '../../shared/text/durations';
import { moment } from '../moments';

const MOST_ROWS = 50;

const HEAD = [
  'Incidents',
  'Healed',
  'People',
  'Itself',
  'Troubles',
  'Unresolved',
  'Unknown',
  'Open',
  'Heal rate',
  'Median',
];

export function byRunbook(incidents: readonly CountedIncident[]): ReportSection {
  const groups = figuresBy(withoutPlans(incidents), ({ runbook }) => runbookName(runbook));
  return grouped('By runbook', 'Runbook', groups, '');
}

export function byCause(incidents: readonly CountedIncident[]): ReportSection {
  const groups = figuresBy(withoutPlans(incidents), causeName);
  return grouped('By cause', 'Cause', groups, 'What was found to be wrong, without what differs from time to time.');
}

export function byHost(incidents: readonly CountedIncident[]): ReportSection {
  return grouped(
    'By host',
    'Host',
    figuresBy(withoutPlans(incidents), ({ host }) => host ?? 'not known'),
    '',
  );
}

function grouped(title: string, of: string, groups: Group[], summary: string): ReportSection {
  const left = groups.length - MOST_ROWS;
  return {
    title,
    summary: groups.length === 0 ? 'None.' : summary,
    table: { head: [of, ...HEAD], rows: groups.slice(0, MOST_ROWS).map(rowOf) },
    lines: left > 0 ? [`${left} smaller ones left out`] : [],
  };
}

function rowOf({ name, figures, incidents }: Group): string[] {
  const { healed, byPeople, byItself, degraded, unresolved, unknown } = figures.outcomes;
  const { share } = figures.healRate;
  return [
    name,
    ...[incidents.length, healed, byPeople, byItself, degraded, unresolved, unknown, figures.open].map((count) =>
      count === 0 ? '' : String(count),
    ),
    share === null ? '-' : `${Math.round(share * 100)} %`,
    figures.timeToMend === null ? '-' : roughDuration(figures.timeToMend.medianMs),
  ];
}

/** Those that people should look at: not well, nobody knows, or nobody answered. The longest first. */
export function toLookAt(incidents: readonly CountedIncident[]): ReportSection {
  const some = incidents
    .filter((one) => ['degraded', 'unresolved', 'unknown', 'open'].includes(one.as) || isUnanswered(one))
    .sort(
      (a, b) => (timeToHealth(b) ?? Infinity) - (timeToHealth(a) ?? Infinity) || (a.startsAt < b.startsAt ? 1 : -1),
    );
  const rows = some
    .slice(0, MOST_ROWS)
    .map((one) => [
      moment(one.startsAt),
      one.host ?? 'not known',
      one.alertname,
      causeName(one),
      one.as === 'open' || one.as === 'planned' ? one.as : OUTCOME_WORDS[one.as],
      isUnanswered(one) ? 'paged, and nobody answered' : '',
      one.runId.slice(0, 8),
    ]);
  return {
    title: 'To be looked at',
    summary:
      some.length === 0
        ? 'None: everything ended well, and every page was answered.'
        : `${some.length} incidents that did not end well, are open, or that nobody answered.`,
    table: { head: ['Began', 'Host', 'Alert', 'Cause', 'Ended as', 'People', 'Run'], rows },
    lines: some.length > MOST_ROWS ? [`${some.length - MOST_ROWS} left out`] : [],
  };
}

/** What came again: its newest incident, and which time that was. */
export function recurrences(incidents: readonly CountedIncident[], earlier: readonly CountedIncident[]): ReportSection {
  const all = byKey([...incidents, ...earlier]);
  const rows = [...byKey(incidents)]
    .map(([key, group]) => {
      const newest = group.reduce((a, b) => (a.startsAt > b.startsAt ? a : b));
      return { newest, found: recurrenceOf(newest, all.get(key) ?? []) };
    })
    .filter(({ newest, found }) => newest.as !== 'planned' && found.time > 1)
    .sort((a, b) => b.found.time - a.found.time);
  const days = rows[0]?.found.withinDays ?? 30;
  return {
    title: 'Recurrences',
    summary:
      rows.length === 0
        ? 'Nothing came a second time within 30 days.'
        : `The same cause on the same host, within ${days} days.`,
    table: {
      head: ['Host', 'Runbook', 'Cause', 'Time', 'Last began'],
      rows: rows
        .slice(0, MOST_ROWS)
        .map(({ newest, found }) => [
          ...[newest.host ?? 'not known', runbookName(newest.runbook), causeName(newest)],
          ...[ordinal(found.time), moment(newest.startsAt)],
        ]),
    },
  };
}

function byKey(incidents: readonly CountedIncident[]): Map<string, CountedIncident[]> {
  const groups = new Map<string, CountedIncident[]>();
  for (const one of incidents) {
    const known = groups.get(keyOf(one));
    if (known === undefined) groups.set(keyOf(one), [one]);
    else known.push(one);
  }
  return groups;
}

function withoutPlans(incidents: readonly CountedIncident[]): CountedIncident[] {
  return incidents.filter(({ as }) => as !== 'planned');
}

function causeName({ cause, runbook, alertname }: CountedIncident): string {
  if (cause !== '') return cause;
  return runbook === 'unknownAlert' ? `no runbook for ${alertname}` : 'not known';
}

function runbookName(runbook: string): string {
  if (!isRunbook(runbook)) return runbook;
  const { page, title } = RUNBOOKS[runbook];
  return page === null ? title : `${page}, ${title}`;
}
