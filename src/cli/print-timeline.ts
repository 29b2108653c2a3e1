import { formatDuration } from '../shared/durations';
import { sentence } from '../shared/summary/sentence';
import type { EntryStatus, IncidentView, Outcome, TimelineEntry } from '../shared/incident';

const WORD: Record<EntryStatus, string> = {
  running: '…',
  done: 'ok',
  noChange: 'same',
  notSo: 'no',
  failed: 'FAIL',
  skipped: 'skip',
  note: '',
};

/** Prints each timeline entry of one incident once, when it has ended, in the order in which they end. */
export class TimelinePrinter {
  private readonly printed = new Set<number>();

  constructor(private readonly write: (line: string) => void) {}

  update(view: IncidentView): void {
    view.timeline.forEach((entry, index) => {
      // Entries only ever leave at the front, so this number stays with its entry.
      const number = view.timelineDropped + index;
      if (entry.status === 'running' || this.printed.has(number)) return;
      this.printed.add(number);
      this.write(formatEntry(entry));
    });
  }
}

/** `03:00:12.345  A.1          ok    Restart KingFisher: failed → active (85 ms)` */
export function formatEntry(entry: TimelineEntry): string {
  const took =
    entry.endedAt === undefined ? '' : ` (${formatDuration(Date.parse(entry.endedAt) - Date.parse(entry.at))})`;
  const detail = entry.detail === '' ? '' : `: ${entry.detail}`;
  return plain(
    `${entry.at.slice(11, 23)}  ${entry.cite.padEnd(11)}  ${WORD[entry.status].padEnd(4)}  ${entry.title}${detail}${took}`,
  );
}

/** 0 when it is well, or was a dry run; 1 when people must look, or have it already. */
export function exitCodeOf(outcome: Outcome | null): number {
  return outcome === null || outcome === 'unresolved' || outcome === 'degraded' ? 1 : 0;
}

/** How an incident ended, with what it learned. */
export function formatEnd(view: IncidentView): string {
  const findings = view.findings.map((finding) =>
    plain(`  found ${finding.name} (${finding.cite || 'Halcyon'}): ${finding.detail}`),
  );
  const open =
    view.state === 'waitingForPeople'
      ? ['  not healed: people have it; it closes by itself once the host is well']
      : [];
  return [
    plain(sentence(view)),
    `${view.outcome ?? view.state}: ${plain(view.alertname)} on ${plain(view.host ?? 'an unknown host')}`,
    ...findings,
    ...open,
  ].join('\n');
}

/** Text from alerts and logs must not drive the reader's terminal. */
export function plain(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*/g, ' ⏎ ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '·');
}
