import type { IncidentView } from '../shared/incident';
import type { TimelineEntry } from '../shared/timeline';
import type { Line, LineKind } from './line';
import { pageLines } from './page-lines';
import type { SentPage } from './script/scripted-pagers';
import { whatWaits } from './snapshot';
import type { Snapshot } from './snapshot';
import type { VirtualTime } from './time/virtual-time';

const LONG_MS = 60_000;

/** Collects what an incident shows of itself, and tells it as lines in the order of time. */
export class Story {
  /** Every entry that was ever shown, in the order in which they began. */
  private entries: TimelineEntry[] = [];
  private readonly waits: Line[] = [];
  private incident: IncidentView | null = null;

  constructor(private readonly time: VirtualTime) {}

  /** @param sent every page so far */
  take(snapshot: Snapshot, sent: readonly SentPage[]): void {
    const { incident } = snapshot;
    this.incident = incident;
    // What is gone was left out for want of space, or, where it ran, folded into an earlier look.
    const isGone = ({ id }: TimelineEntry) => incident.timeline.every((entry) => entry.id !== id);
    const leftOut = this.entries.filter((entry) => entry.status !== 'running' && isGone(entry));
    this.entries = [...leftOut, ...incident.timeline].sort((a, b) => a.id - b.id);
    const text = incident.outcome === null ? whatWaits(snapshot, this.time) : null;
    if (text === null || text === this.waits.at(-1)?.text) return;
    this.waits.push({ at: this.latest(sent), kind: 'waits', text });
  }

  lines(sent: readonly SentPage[]): Line[] {
    const lines = [
      ...this.entryLines(),
      ...(this.incident?.findings ?? []).map(({ at, name, cite, detail }) =>
        this.line(at, 'finds', `${name}${cite === '' ? '' : ` (${cite})`}: ${detail}`),
      ),
      ...pageLines(sent, this.time),
      ...this.waits,
    ];
    return lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  }

  /** When the last thing happened: from then on it waits. */
  private latest(sent: readonly SentPage[]): string {
    const entries = this.entries.filter((_, index) => !this.isRepeated(index));
    const times = [...entries.map(({ at, endedAt }) => endedAt ?? at), ...sent.map(({ at }) => at)];
    return times
      .map((time) => this.time.shown(time))
      .sort()
      .at(-1)!;
  }

  private entryLines(): Line[] {
    const lines: Line[] = [];
    const told = this.entries.filter((entry, index) => !isPage(entry) && !this.isRepeated(index));
    told.forEach((entry, index) => {
      if (told[index - 1] !== undefined && isTogether(told[index - 1]!, entry)) return;
      const end = told.findIndex((other, at) => at > index && !isTogether(entry, other));
      const group = told.slice(index, end === -1 ? undefined : end);
      lines.push(this.line(toldAt(entry), kindOf(entry), group.length === 1 ? tell(entry) : tellTogether(group)));
    });
    return lines;
  }

  /** A look that found what the one before it found. */
  private isRepeated(index: number): boolean {
    const entry = this.entries[index]!;
    if (entry.status !== 'notSo') return false;
    const before = this.entries.slice(0, index).findLast((other) => other.cite !== '');
    return before?.title === entry.title && before.status === entry.status;
  }

  private line(serverTime: string, kind: LineKind, text: string): Line {
    return { at: this.time.shown(serverTime), kind, text: this.time.shownText(text) };
  }
}

/** Looks of one step of the page that began at the same moment. */
function isTogether(a: TimelineEntry, b: TimelineEntry): boolean {
  return a.cite !== '' && a.cite === b.cite && a.at === b.at && a.status !== 'note' && b.status !== 'note';
}

/** What took minutes is told when its result was there. */
function toldAt({ at, endedAt = at }: TimelineEntry): string {
  return Date.parse(endedAt) - Date.parse(at) < LONG_MS ? at : endedAt;
}

/** Pages are told by the pagers themselves. */
function isPage({ cite, title }: TimelineEntry): boolean {
  return cite === '' && /^Paged tier \d/.test(title);
}

function kindOf({ cite, title, status }: TimelineEntry): LineKind {
  if (status !== 'note') return 'runs';
  if (cite !== '') return 'note';
  if (/^Alert fires|^Alertmanager says resolved/.test(title)) return 'alert';
  return /acknowledge/i.test(title) ? 'ack' : 'note';
}

const WORD: Partial<Record<TimelineEntry['status'], string>> = {
  running: ' … still runs',
  failed: ' FAILED',
  skipped: ' (skipped)',
  noChange: ' (nothing to do)',
};

function tell({ cite, title, status, detail }: TimelineEntry): string {
  const place = cite === '' ? '' : `${cite} `;
  // A long watch is looks of a moment here: how long one took would be misleading.
  if (status === 'notSo' && /^Watch /.test(title)) return `${place}${title}`;
  return `${place}${title}${WORD[status] ?? ''}${detail === '' ? '' : `: ${detail}`}`;
}

function tellTogether(group: TimelineEntry[]): string {
  return `${group[0]!.cite} ${group.map(({ title, status }) => `${title}${WORD[status] ?? ''}`).join(', ')}`;
}
