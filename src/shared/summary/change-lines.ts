import type { IncidentView } from '../incident';
import { cut } from '../text/text';
import { changesOf, isRecovery } from './changes';
import type { ToldChange } from './changes';
import { subjectOf } from './subject';

const MAX_LINES = 5;
const MAX_LINE = 200;
const MAX_VERDICT = 120;

/** What was changed and what that did, one line each with its time in UTC; empty where nothing was. */
export function changeLines(view: IncidentView): string[] {
  const changes = changesOf(view);
  const subject = subjectOf(view);
  const lines = together(changes).map((group) => cut(`${timed(group[0]!.at)} ${lineOf(group, subject)}`, MAX_LINE));
  const left = lines.length - MAX_LINES;
  return left > 0 ? [`${left} earlier ones left out`, ...lines.slice(-MAX_LINES)] : lines;
}

/** Steps of a full recovery are one line. */
function together(changes: ToldChange[]): ToldChange[][] {
  const groups: ToldChange[][] = [];
  for (const change of changes) {
    const last = groups.at(-1);
    if (last !== undefined && isRecovery(change) && isRecovery(last[0]!) && isSamePass(last[0]!, change)) {
      last.push(change);
    } else groups.push([change]);
  }
  return groups;
}

function isSamePass(a: ToldChange, b: ToldChange): boolean {
  return a.verified?.at === b.verified?.at || a.verified === null || b.verified === null;
}

function lineOf(group: ToldChange[], subject: string): string {
  const [first] = group as [ToldChange, ...ToldChange[]];
  const after = verdict(group.at(-1)!, subject);
  if (!isRecovery(first)) return `${first.title}: ${RESULT[first.result]}${because(first)}${after}`;
  const failed = group.filter(({ result }) => result === 'failed');
  const troubles = failed.map((change) => `${change.title} FAILED${because(change)}`);
  return [`Full recovery, ${group.length} changes`, ...troubles].join('; ') + after;
}

const RESULT: Record<ToldChange['result'], string> = {
  running: 'under way',
  done: 'done',
  failed: 'FAILED',
  skipped: 'not made',
};

function because({ result, detail }: ToldChange): string {
  return result === 'done' || detail === '' ? '' : ` (${detail})`;
}

function verdict({ verified, result }: ToldChange, subject: string): string {
  if (verified === null) return result === 'done' || result === 'failed' ? '; not verified yet' : '';
  const { condition, detail } = verified;
  if (condition === 'well') return `; then ${subject} was well`;
  return `; then ${subject} was ${condition === 'down' ? 'still down' : 'not ready'} (${cut(detail, MAX_VERDICT)})`;
}

/** `03:00:12` */
function timed(iso: string): string {
  return iso.slice(11, 19);
}
