import type { SubjectCondition, EntryStatus, TimelineEntry } from '../timeline';
import type { IncidentView } from '../incident';
import type { ChangeMade } from '../safety/guard';
import { listed, lowerFirst } from '../text/text';
import { hasSeen } from './condition';

/** One thing that was changed, or would have been, and how that was afterwards which the page is about. */
export interface ToldChange {
  at: string;
  cite: string;
  title: string;
  /** `skipped`: it was not made, the detail says why. */
  result: Extract<EntryStatus, 'running' | 'done' | 'failed' | 'skipped'>;
  detail: string;
  /** The verification that followed; null while there is none. */
  verified: { at: string; condition: SubjectCondition; detail: string } | null;
}

type Named = Pick<ToldChange, 'cite' | 'title'>;

/** Title of a change that was left out because nothing may be changed: `Would restart KingFisher`. */
export const WOULD = /^Would /;

/** What was changed, oldest first. Looks are no changes, and what was as wanted already is none either. */
export function changesOf({ timeline }: Pick<IncidentView, 'timeline'>): ToldChange[] {
  return timeline.flatMap((entry, index) => (isChange(entry) ? [told(entry, timeline.slice(index + 1))] : []));
}

function isChange({ kind, status }: TimelineEntry): boolean {
  return kind === 'change' && status !== 'noChange' && status !== 'notSo' && status !== 'note';
}

function told({ at, endedAt = at, cite, title, status, detail }: TimelineEntry, later: TimelineEntry[]): ToldChange {
  const isMade = status === 'done' || status === 'failed';
  const look = isMade
    ? later.filter(hasSeen).find((entry) => entry.kind === 'verification' && entry.at >= endedAt)
    : undefined;
  return {
    at,
    cite,
    title,
    result: status as ToldChange['result'],
    detail,
    verified:
      look === undefined ? null : { at: look.endedAt ?? look.at, condition: look.condition, detail: look.detail },
  };
}

/** Steps of a full recovery are told as one. */
export function isRecovery({ cite }: Pick<ToldChange, 'cite'>): boolean {
  return /^H(\.|$)/.test(cite);
}

/** What was done last in a few words: `restart failed`, `restarts of redis and KingFisher did not help`. */
export function lastAction(view: IncidentView): string {
  if (view.mendedBy !== undefined) return byAnother(view.mendedBy);
  const changes = changesOf(view);
  const running = changes.findLast(({ result }) => result === 'running');
  if (running !== undefined) return `${noun([running])} under way`;
  const made = changes.filter(({ result }) => result === 'done' || result === 'failed');
  const last = made.at(-1);
  if (last === undefined) return nothingMade(changes, view);
  const group = made.filter(({ verified }) => verified?.at === last.verified?.at);
  const condition = last.verified?.condition;
  if (condition === 'well') return `${past(group)} by Halcyon`;
  const failed = group.filter(({ result }) => result === 'failed');
  if (failed.length > 0) return `${noun(failed)} failed`;
  return condition === undefined ? `${past(group)}, not verified yet` : `${noun(group)} did not help`;
}

/** Where nothing was changed by an incident: who else did, if anybody. */
export function nothingChanged({ mendedBy, runbook }: IncidentView): string {
  if (mendedBy !== undefined) return `nothing by this incident; ${byAnother(mendedBy)}`;
  return runbook === 'unknownAlert' ? 'nothing: Halcyon has no runbook for it' : 'nothing by Halcyon';
}

function byAnother({ incidentId, what }: ChangeMade): string {
  return `${past([{ cite: '', title: what }])} by ${incidentId}`;
}

function nothingMade(changes: ToldChange[], { runbook, mode }: IncidentView): string {
  const would = changes.findLast(({ title }) => WOULD.test(title));
  const wanted = would === undefined ? '' : lowerFirst(would.title);
  if (mode === 'observe' && runbook !== 'unknownAlert') return wanted === '' ? 'Halcyon only observes' : wanted;
  if (wanted !== '') return `${wanted}, and may not`;
  const skipped = changes.filter(({ result }) => result === 'skipped');
  if (skipped.length > 0) return `${noun(skipped.slice(-1))} not made`;
  return runbook === 'unknownAlert' ? 'no runbook for it' : 'Halcyon changed nothing';
}

/** `restart`, `restart of redis`, `restarts of redis and KingFisher`, `full recovery`. */
function noun(group: ToldChange[]): string {
  if (group.some(isRecovery)) return 'full recovery';
  const services = restarted(group);
  const [first] = services;
  if (first === undefined) return `"${lowerFirst(group.at(-1)!.title)}"`;
  if (services.length > 1) return `restarts of ${listed(services)}`;
  return first === 'KingFisher' ? 'restart' : `restart of ${first}`;
}

/** `restarted`, `redis and KingFisher restarted`, `full recovery made`. */
function past(group: Named[]): string {
  if (group.some(isRecovery)) return 'full recovery made';
  const services = restarted(group);
  if (services.length === 0) return `"${lowerFirst(group.at(-1)!.title)}" done`;
  return services.join() === 'KingFisher' ? 'restarted' : `${listed(services)} restarted`;
}

function restarted(group: Pick<Named, 'title'>[]): string[] {
  return [...new Set(group.flatMap(({ title }) => /^(?:Restart|Start) (\S+)$/.exec(title)?.[1] ?? []))];
}
