import type { IncidentView } from '../../shared/incident';
import type { Span, SpanChart, Tone } from '../../shared/report/document';
import { hasSeen } from '../../shared/summary/condition';
import { leaseChange } from '../../shared/summary/leases';
import { subjectOf } from '../../shared/summary/subject';
import { listed } from '../../shared/text/text';
import type { SubjectCondition, TimelineEntry } from '../../shared/timeline';
import { clockOf } from '../moments';

type Row = SpanChart['rows'][number];

/** Changes with a row of their own; others share one. */
const MOST_CHANGES = 12;

const TONES: Record<SubjectCondition, Tone> = { well: 'good', notReady: 'warning', down: 'bad' };
const WORDS: Record<SubjectCondition, string> = { well: 'well', notReady: 'not ready', down: 'down' };

/** What happened side by side: the alert, the host, what Halcyon did, and people. `until`: epoch milliseconds of the end. */
export function rowsOf(view: IncidentView, until: number): Row[] {
  const looks = view.timeline.filter(({ kind }) => kind === 'look');
  const verifications = view.timeline.filter(({ kind }) => kind === 'verification');
  return [
    {
      name: 'The alert fires',
      spans: view.alerts.map(({ startsAt, resolvedAt }) => bar(startsAt, resolvedAt, until, 'firing', 'bad')),
    },
    { name: subjectOf(view), spans: conditions(view, until) },
    { name: 'Looks', spans: looks.map((entry) => ofEntry(entry, until, 'plain')) },
    ...changeRows(view, until),
    { name: 'Verification', spans: verifications.map((entry) => ofEntry(entry, until, toneOf(entry))) },
    { name: 'Findings', spans: view.findings.map(({ name, at }) => point(at, name, 'warning')) },
    { name: 'Questions', spans: view.approvals.map((one) => question(one, until)) },
    {
      name: 'Pages',
      spans: (view.pages ?? []).map(({ at, tier, teamName, delivered }) => {
        return point(
          at,
          `tier ${tier}, ${teamName}${delivered ? '' : ': NOT delivered'}`,
          delivered ? 'people' : 'bad',
        );
      }),
    },
    {
      name: acknowledgedName(view),
      spans: (view.acknowledgements ?? []).map((one) => {
        return bar(one.at, one.endedAt ?? one.until, until, `${one.as} has it`, 'people');
      }),
    },
    {
      name: 'Leases',
      spans: view.leases.map((lease) => point(lease.at, `${leaseChange(lease)}: ${lease.state}`, 'plain')),
    },
  ].filter(({ spans }) => spans.length > 0);
}

/** How it stood, by all that looked: from one look to the next one that saw it otherwise. */
function conditions({ timeline, startsAt }: IncidentView, until: number): Span[] {
  const seen = timeline.filter(hasSeen).flatMap(({ at, endedAt, lastAt, condition }) => {
    const first = Date.parse(endedAt ?? at);
    return lastAt === undefined
      ? [{ at: first, condition }]
      : [
          { at: first, condition },
          { at: Date.parse(lastAt), condition },
        ];
  });
  seen.sort((a, b) => a.at - b.at);
  const turns = seen.filter(({ condition }, n) => n === 0 || seen[n - 1]!.condition !== condition);
  return turns.map(({ at, condition }, n) => {
    // The alert knew before anybody looked.
    const from = n === 0 && condition !== 'well' ? Math.min(Date.parse(startsAt), at) : at;
    return span(from, turns[n + 1]?.at ?? until, WORDS[condition], TONES[condition]);
  });
}

function changeRows({ timeline }: IncidentView, until: number): Row[] {
  const changes = timeline.filter(
    ({ kind, status }) => kind === 'change' && status !== 'noChange' && status !== 'note',
  );
  const own = changes.slice(0, MOST_CHANGES).map((entry) => ({
    name: entry.title,
    spans: [ofEntry(entry, until, toneOf(entry))],
  }));
  const others = changes.slice(MOST_CHANGES).map((entry) => ofEntry(entry, until, toneOf(entry)));
  return [...own, { name: 'Other changes', spans: others }];
}

function toneOf({ status, condition }: TimelineEntry): Tone {
  if (condition !== undefined) return TONES[condition];
  if (status === 'failed' || status === 'notSo') return 'bad';
  return status === 'done' || status === 'noChange' ? 'good' : 'warning';
}

function question(
  { subject, askedAt, answeredAt, expiresAt, state, answeredBy }: IncidentView['approvals'][number],
  until: number,
): Span {
  const tone = state === 'approved' || state === 'rejected' ? 'people' : 'warning';
  const end = answeredAt ?? (state === 'asked' || state === 'expired' ? expiresAt : askedAt);
  return bar(askedAt, end, until, `${subject.title}: ${state}${answeredBy === null ? '' : ` by ${answeredBy}`}`, tone);
}

function acknowledgedName({ acknowledgements = [] }: IncidentView): string {
  return `Had by ${listed([...new Set(acknowledgements.map((one) => one.as))])}`;
}

function ofEntry({ at, endedAt, title, detail }: TimelineEntry, until: number, tone: Tone): Span {
  return bar(at, endedAt, until, `${clockOf(at, true)} ${title}${detail === '' ? '' : `: ${detail}`}`, tone);
}

/** Until its end, or until that of the whole where it has none. */
function bar(from: string, to: string | undefined, until: number, label: string, tone: Tone): Span {
  const end = to === undefined ? until : Math.min(Date.parse(to), until);
  return span(Date.parse(from), end, label, tone);
}

function point(at: string, label: string, tone: Tone): Span {
  return { from: Date.parse(at), until: Date.parse(at), label, tone };
}

/** What is too short to have a length still is a bar. */
function span(from: number, until: number, label: string, tone: Tone): Span {
  return { from, until: Math.max(until, from + 1), label, tone };
}
