import { approveCommand } from '../../shared/observations/commands';
import { formatDuration } from '../../shared/text/durations';
import { leaseLines } from '../../shared/summary/leases';
import { sentence } from '../../shared/summary/sentence';
import type { EntryStatus, TimelineEntry } from '../../shared/timeline';
import type { Finding, IncidentView, Outcome } from '../../shared/incident';
import { terminalWidth } from '../support/table';
import { wrap } from '../support/wrap';

const WORD: Record<EntryStatus, string> = {
  running: '…',
  done: 'ok',
  noChange: 'same',
  notSo: 'no',
  failed: 'FAIL',
  skipped: 'skip',
  note: '',
};

/** Columns before the text of an entry. */
const INDENT = 33;

/** Prints each timeline entry of one incident once, when it has ended, in the order in which they end, below its day. */
export class TimelinePrinter {
  private readonly printed = new Set<number>();
  private day = '';

  constructor(
    private readonly write: (line: string) => void,
    private readonly width = terminalWidth(),
  ) {}

  update(view: IncidentView): void {
    for (const entry of view.timeline) {
      if (entry.status === 'running' || this.printed.has(entry.id)) continue;
      this.printed.add(entry.id);
      this.print(entry);
    }
  }

  private print(entry: TimelineEntry): void {
    const day = momentOf(entry).slice(0, 10);
    if (day !== this.day) this.write(`${plain(day)} (UTC)`);
    this.day = day;
    this.write(wrap(formatEntry(entry), INDENT, this.width));
  }
}

/** `03:00:12.345  A.1          ok    Restart KingFisher: failed → active (85 ms)`, at the time when it was so. */
export function formatEntry(entry: TimelineEntry): string {
  const took =
    entry.endedAt === undefined ? '' : ` (${formatDuration(Date.parse(entry.endedAt) - Date.parse(entry.at))})`;
  const detail = entry.detail === '' ? '' : `: ${entry.detail}`;
  const again = entry.lastAt === undefined ? '' : `, seen ${entry.times} times until ${entry.lastAt.slice(11, 19)}`;
  return plain(
    `${momentOf(entry).slice(11, 23)}  ${entry.cite.padEnd(11)}  ${WORD[entry.status].padEnd(4)}  ${entry.title}${detail}${took}${again}`,
  );
}

/** What a step saw or did was so when it ended, not when it was asked for. */
function momentOf({ at, endedAt }: TimelineEntry): string {
  return endedAt ?? at;
}

/** 0 when it is well, or was a dry run; 1 when people must look, or have it already. */
export function exitCodeOf(outcome: Outcome | null): number {
  return outcome === null || outcome === 'unresolved' || outcome === 'degraded' ? 1 : 0;
}

/** How an incident stands or ended, what it learned, and what it asks. `id`: for the commands that it names. */
export function formatEnd(view: IncidentView, id?: string): string {
  return [
    plain(sentence(view)),
    `${view.outcome ?? view.state}: ${plain(view.alertname)} on ${plain(view.host ?? 'an unknown host')}`,
    ...view.findings.map(foundLine),
    ...leaseLines(view).map((line) => plain(`  lease ${line}`)),
    ...(view.outcome === null ? openLines(view, id) : []),
  ].join('\n');
}

/** How an incident ended whose run somebody or something ended from outside, whatever its last state was. */
export function formatEndedByHand(view: IncidentView, how: string): string {
  return [
    `${how}: nothing automatic works on it: ${plain(view.alertname)} on ${plain(view.host ?? 'an unknown host')}`,
    `  its last state was "${plain(view.state)}"`,
    ...view.findings.map(foundLine),
    ...leaseLines(view).map((line) => plain(`  lease ${line}`)),
  ].join('\n');
}

function foundLine({ name, cite, detail, withdrawnAt }: Finding): string {
  const over = withdrawnAt === undefined ? '' : ` (no longer so since ${withdrawnAt.slice(0, 19)}Z)`;
  return plain(`  found ${name} (${cite || 'Halcyon'}): ${detail}${over}`);
}

function openLines(view: IncidentView, id: string | undefined): string[] {
  const asked = view.approvals.filter(({ state }) => state === 'asked');
  return [
    ...(view.state === 'waitingForPeople' ? [`  not healed: people have it; ${howItEnds(view)}`] : []),
    ...(view.acknowledged === null
      ? []
      : [plain(`  ${view.acknowledged.as} has it until ${view.acknowledged.until.slice(0, 19)}Z`)]),
    ...asked.flatMap(({ hash, subject, expiresAt, roles }) => [
      plain(
        `  asks ${roles.join(' or ') || 'nobody (approvals.roles is empty)'} until ${expiresAt.slice(0, 19)}Z: ${subject.title}`,
      ),
      ...(subject.precondition === '' ? [] : [plain(`    because ${subject.precondition}`)]),
      ...(id === undefined ? [] : [plain(`    ${approveCommand(id, hash)}    (or reject)`)]),
    ]),
  ];
}

/** Nobody watches a host for an alert that no runbook is mapped to. */
function howItEnds({ runbook }: IncidentView): string {
  return runbook === 'unknownAlert'
    ? 'it closes when Alertmanager resolves the alert'
    : 'it closes by itself once the host is well and Alertmanager agrees';
}

/** Text from alerts and logs must not drive the reader's terminal. */
export function plain(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*/g, ' ⏎ ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '·');
}
