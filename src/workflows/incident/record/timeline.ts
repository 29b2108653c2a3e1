import type { SubjectCondition, EntryKind, EntryStatus, Made, TimelineEntry } from '../../../shared/timeline';
import type { IncidentView } from '../../../shared/incident';
import { bounded, clip } from './clip';

const MAX_ENTRIES = 200;

/**
 * Says how an entry ended. `condition`: how that was which the page is about, where the entry saw it. `made`: what a change
 * made of what.
 */
export type EndEntry = (status: EntryStatus, detail: string, condition?: SubjectCondition, made?: Made) => void;

/** One that has no number yet. */
export type NewEntry = Omit<TimelineEntry, 'id'>;

/**
 * What an incident saw, did and told, in the order in which it began; at most 200 entries. A look that found what the same
 * look had found before is folded into that one, unless something was changed in between. Where entries must go, the first
 * diagnosis stays.
 */
export class Timeline {
  private nextId: number;

  constructor(
    /** The part of the view that this keeps, also of a run before. */
    private readonly shown: Pick<IncidentView, 'timeline' | 'timelineDropped'>,
    /** ISO 8601. */
    private readonly now: () => string,
    private readonly onChange: () => void,
  ) {
    this.nextId = Math.max(-1, ...shown.timeline.map(({ id }) => id)) + 1;
  }

  /** Opens an entry; the returned function closes it. */
  begin(cite: string, title: string, kind: EntryKind, why?: string): EndEntry {
    const because = why === undefined ? {} : { why: clip(why) };
    const entry = this.append({ at: this.now(), cite, title, kind, status: 'running', detail: '', ...because });
    return (status, detail, condition, made) => {
      Object.assign(entry, { status, detail: clip(detail), endedAt: this.now(), ...saw(condition), ...madeOf(made) });
      if (entry.kind === 'look') this.fold(entry);
      this.onChange();
    };
  }

  note(cite: string, title: string, detail: string, condition?: SubjectCondition): void {
    const told = { cite, title: clip(title), detail: clip(detail), ...saw(condition) };
    this.append({ at: this.now(), kind: 'note', status: 'note', ...told });
  }

  /** Shows an entry that somebody else keeps and has changed; at the end, where it is not there any more. */
  show(entry: NewEntry): void {
    Object.assign(entry, { title: clip(entry.title), detail: clip(entry.detail) });
    if (this.shown.timeline.some((known) => known === entry)) this.onChange();
    else this.append(entry);
  }

  /** Gives the entry its number: it is the same object. */
  private append(entry: NewEntry): TimelineEntry {
    const numbered = Object.assign(entry, { id: this.nextId++ });
    this.shown.timeline.push(numbered);
    if (this.shown.timeline.length > MAX_ENTRIES) {
      this.shown.timeline.splice(leastNeeded(this.shown.timeline), 1);
      this.shown.timelineDropped += 1;
    }
    this.onChange();
    return numbered;
  }

  private fold(entry: TimelineEntry): void {
    const { timeline } = this.shown;
    const index = timeline.indexOf(entry);
    const before = timeline.findLastIndex((other, at) => at < index && isSameLook(other, entry));
    const known = timeline[before];
    if (known === undefined || known.status !== entry.status || known.detail !== entry.detail) return;
    if (timeline.slice(before, index).some(mayHaveChanged)) return;
    known.times = (known.times ?? 1) + 1;
    known.lastAt = entry.endedAt!;
    timeline.splice(index, 1);
  }
}

function madeOf(made: Made | undefined): Pick<TimelineEntry, 'before' | 'after'> {
  return made === undefined ? {} : { before: bounded(made.before), after: bounded(made.after) };
}

function saw(condition: SubjectCondition | undefined): Pick<TimelineEntry, 'condition'> {
  return condition === undefined ? {} : { condition };
}

/** Index of the entry that says least: an old repetition of a look, else the oldest that is not the first of its look. */
function leastNeeded(entries: readonly TimelineEntry[]): number {
  const isFirst = (entry: TimelineEntry) =>
    entry.kind === 'look' && entries.find((one) => isSameLook(one, entry)) === entry;
  const isNewest = (entry: TimelineEntry) => entries.findLast((one) => isSameLook(one, entry)) === entry;
  const repeated = entries.findIndex((entry) => entry.kind === 'look' && !isFirst(entry) && !isNewest(entry));
  if (repeated !== -1) return repeated;
  return Math.max(
    0,
    entries.findIndex((entry) => !isFirst(entry)),
  );
}

function isSameLook(a: TimelineEntry, b: TimelineEntry): boolean {
  return a.kind === 'look' && b.kind === 'look' && a.cite === b.cite && a.title === b.title;
}

/** What is seen after a change is news, also where it is the same. */
function mayHaveChanged({ kind, status }: TimelineEntry): boolean {
  return kind === 'change' && status !== 'skipped' && status !== 'noChange';
}
