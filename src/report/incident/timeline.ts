import type { RecordedIncident } from '../../shared/record';
import type { ReportSection, SpanChart } from '../../shared/report/document';
import { formatDuration } from '../../shared/text/durations';
import type { EntryStatus, TimelineEntry } from '../../shared/timeline';
import { clockOf, isOneDay } from '../moments';
import { rowsOf } from './spans';

/** More rows than these are more than anybody reads; `halcyon incident show` has them all. */
const MOST_ROWS = 400;
/** Where all that was done takes less of the whole than this, it is drawn once more by itself. */
const SMALL_PART = 0.35;

const WORD: Record<EntryStatus, string> = {
  running: 'under way',
  done: 'done',
  noChange: 'already so',
  notSo: 'not so',
  failed: 'FAILED',
  skipped: 'not made',
  note: '',
};

/** What happened when, drawn. */
export function timelineSection(incident: RecordedIncident, madeAt: string): ReportSection {
  const spans = drawings(incident, madeAt);
  return { title: 'Timeline', summary: 'By UTC; all entries stand at the end.', spans };
}

/** All that it saw, did and told. */
export function entriesSection({ view }: RecordedIncident): ReportSection {
  const { timeline, timelineDropped } = view;
  const isShort = isOneDay(timeline.flatMap(({ at, lastAt, endedAt }) => [at, lastAt ?? endedAt ?? at]));
  const left = Math.max(0, timeline.length - MOST_ROWS) + timelineDropped;
  const day = isShort && timeline.length > 0 ? `, all on ${timeline[0]!.at.slice(0, 10)}` : '';
  return {
    title: 'All entries of the timeline',
    summary: `${timeline.length} entries${day}, by UTC.${left > 0 ? ` ${left} earlier ones are left out here.` : ''}`,
    table: {
      head: ['At', 'Place', 'What', 'Result', 'Took', 'Detail'],
      rows: timeline.slice(-MOST_ROWS).map((entry) => rowOf(entry, isShort)),
    },
  };
}

function rowOf(entry: TimelineEntry, isShort: boolean): string[] {
  const { at, endedAt, cite, title, status, detail, times, lastAt } = entry;
  const took = endedAt === undefined || endedAt === at ? '' : formatDuration(Date.parse(endedAt) - Date.parse(at));
  const again = lastAt === undefined ? '' : `; seen ${times} times until ${clockOf(lastAt, isShort)}`;
  return [clockOf(at, isShort), cite, title, WORD[status], took, `${detail}${again}`];
}

/** The whole, and what was done by itself where that is a small part of it. */
function drawings(incident: RecordedIncident, madeAt: string): SpanChart[] {
  const { view, endedAt } = incident;
  const from = Date.parse(view.startsAt);
  const until = Date.parse(view.measures.closedAt ?? endedAt ?? madeAt);
  if (!(until > from)) return [];
  const rows = rowsOf(view, until);
  const whole: SpanChart = { title: 'From the alert to the end', from, until, rows };
  const done = view.timeline.flatMap(({ kind, at, endedAt: ended = at }) =>
    kind === 'change' ? [Date.parse(ended)] : [],
  );
  const well = view.measures.healthyAt === null ? [] : [Date.parse(view.measures.healthyAt)];
  const last = Math.max(...done, ...well);
  if (!Number.isFinite(last) || last <= from || last - from >= SMALL_PART * (until - from)) return [whole];
  const end = Math.min(until, last + Math.max(1_000, (last - from) * 0.25));
  return [{ title: 'Until it was well', from, until: end, rows: within(rows, from, end) }, whole];
}

function within(rows: SpanChart['rows'], from: number, until: number): SpanChart['rows'] {
  return rows.map(({ name, spans }) => ({
    name,
    spans: spans.filter((span) => span.until >= from && span.from <= until),
  }));
}
