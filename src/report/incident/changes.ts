import type { IncidentView } from '../../shared/incident';
import type { ReportSection } from '../../shared/report/document';
import { changesOf } from '../../shared/summary/changes';
import type { ToldChange } from '../../shared/summary/changes';
import { hasSeen, lastSeen } from '../../shared/summary/condition';
import { subjectOf } from '../../shared/summary/subject';
import { cut } from '../../shared/text/text';
import type { SubjectCondition } from '../../shared/timeline';
import { clockOf, isOneDay } from '../moments';

const MAX_VALUE = 300;
const MAX_SEEN = 200;

const RESULT: Record<ToldChange['result'], string> = {
  running: 'under way',
  done: 'done',
  failed: 'FAILED',
  skipped: 'not made',
};

const CONDITION: Record<SubjectCondition, string> = { well: 'well', notReady: 'not ready', down: 'down' };

/** Each change with what was there and what was seen before and after it. */
export function changesSection(view: IncidentView): ReportSection {
  const changes = changesOf(view);
  const made = changes.filter(({ result }) => result === 'done' || result === 'failed').length;
  const isShort = isOneDay(changes.map(({ at }) => at));
  return {
    title: 'Changes',
    summary: made === 0 ? 'Halcyon changed nothing.' : `Halcyon made ${made === 1 ? 'one change' : `${made} changes`}.`,
    table: {
      head: ['At', 'Change', 'Why', 'Before', 'After', `${subjectOf(view)} before and after`],
      rows: changes.map((change) => rowOf(view, change, isShort)),
    },
  };
}

function rowOf(view: IncidentView, change: ToldChange, isShort: boolean): string[] {
  const entry = view.timeline.find(
    ({ at, title, kind }) => at === change.at && title === change.title && kind === 'change',
  );
  const { title, cite, result, detail } = change;
  const isTold = entry?.before !== undefined || entry?.after !== undefined;
  return [
    clockOf(change.at, isShort),
    `${title}${cite === '' ? '' : ` (${cite})`}: ${RESULT[result]}${isTold || detail === '' ? '' : `, ${cut(detail, MAX_VALUE)}`}`,
    entry?.why ?? '',
    ...whatDiffers(entry?.before, entry?.after).map(valueText),
    `${seenBefore(view, change)} → ${seenAfter(change)}`,
  ];
}

function seenBefore({ timeline }: IncidentView, { at }: ToldChange): string {
  const seen = timeline.filter(hasSeen).filter((entry) => lastSeen(entry) <= at);
  const last = seen.reduce<(typeof seen)[number] | null>(
    (newest, entry) => (newest === null || lastSeen(entry) >= lastSeen(newest) ? entry : newest),
    null,
  );
  return last === null ? 'not seen' : `${CONDITION[last.condition]} (${cut(last.detail, MAX_SEEN)})`;
}

function seenAfter({ verified, result }: ToldChange): string {
  if (verified === null) return result === 'skipped' ? 'as it was' : 'not verified';
  return `${CONDITION[verified.condition]} (${cut(verified.detail, MAX_SEEN)})`;
}

type Flat = Record<string, unknown>;

/** Of two looks at the same thing only what is not the same, for a reader in a hurry; the record has all of it. */
function whatDiffers(before: unknown, after: unknown): [unknown, unknown] {
  if (!isFlat(before) || !isFlat(after)) return [before, after];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const others = names.filter((name) => name !== 'observedAt' && before[name] !== after[name]);
  if (others.length === 0) return [before, 'the same'];
  const only = (value: Flat) => Object.fromEntries(Object.entries(value).filter(([name]) => others.includes(name)));
  return [only(before), only(after)];
}

function isFlat(value: unknown): value is Flat {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.values(value).every((one) => typeof one !== 'object' || one === null);
}

/** Short and flat as people write it: `active: failed, pid: 77`. */
function valueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return cut(String(value), MAX_VALUE);
  const text = isFlat(value)
    ? Object.entries(value)
        .map(([key, one]) => `${key}: ${String(one)}`)
        .join(', ')
    : JSON.stringify(value);
  return cut(text, MAX_VALUE);
}
