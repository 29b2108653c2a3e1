import { between } from '../../shared/figures/spread';
import type { RecordedIncident } from '../../shared/record';
import type { ReportSection } from '../../shared/report/document';
import { formatDuration, roughDuration } from '../../shared/text/durations';
import { moment } from '../moments';

/** How long each of its parts took, from which moment to which. */
export function timesSection({ view, endedAt }: RecordedIncident, madeAt: string): ReportSection {
  const { startsAt, receivedAt, startedBy, measures, pages = [], acknowledgements = [] } = view;
  const change = view.timeline.find(
    ({ kind, status }) => kind === 'change' && (status === 'done' || status === 'failed'),
  );
  const paged = earliest(pages.flatMap(({ at, delivered }) => (delivered ? [at] : [])));
  const rows = [
    ...(startedBy === undefined ? [row('To detect: from the alert until Halcyon had it', startsAt, receivedAt)] : []),
    row('To act: until the first step on the host', receivedAt, measures.firstActionAt),
    row('To change: until the first change', receivedAt, change?.at ?? null),
    row('To heal: from the alert until it was well', startsAt, measures.healthyAt),
    ...(paged === null ? [] : [row('To page: from the alert until people were paged', startsAt, paged)]),
    ...(paged === null
      ? []
      : [row('To acknowledge: from that page', paged, earliest(acknowledgements.map(({ at }) => at)))]),
    row('To close: from the alert until it was over', startsAt, measures.closedAt ?? endedAt),
  ];
  const well =
    measures.healthyAt === null ? 'It was never seen well for good' : `Well since ${moment(measures.healthyAt)}`;
  return {
    title: 'Times',
    summary: `${well}${endedAt === null && measures.closedAt === null ? `, and it was open at ${moment(madeAt)}` : ''}.`,
    table: { head: ['What', 'Took', 'From', 'Until'], rows },
  };
}

/** `4 m 12 s (4.2 minutes)`; `at least` where nobody saw its end. */
export function unwellFor({ view, endedAt }: RecordedIncident, madeAt: string): string {
  const { healthyAt, closedAt } = view.measures;
  const until = healthyAt ?? closedAt ?? endedAt ?? madeAt;
  const ms = between(view.startsAt, until);
  if (ms === undefined) return 'not known: two clocks disagree';
  const minutes = ms < 60_000 ? '' : ` (${(ms / 60_000).toFixed(1)} minutes)`;
  return `${healthyAt === null ? 'at least ' : ''}${roughDuration(ms)}${minutes}`;
}

function row(what: string, from: string, until: string | null): string[] {
  const ms = between(from, until);
  const took = until === null ? 'did not come to it' : ms === undefined ? 'two clocks disagree' : formatDuration(ms);
  return [what, took, moment(from), moment(until)];
}

function earliest(moments: readonly string[]): string | null {
  return [...moments].sort()[0] ?? null;
}
