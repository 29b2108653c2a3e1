import {
  TimelinePrinter,
  formatEnd,
  formatEndedByHand,
  formatEntry,
} from '../../../../src/cli/incident/print-timeline';
import type { Approval } from '../../../../src/shared/safety/approval';
import type { IncidentView } from '../../../../src/shared/incident';
import type { TimelineEntry } from '../../../../src/shared/timeline';
import { HOSTILE, entry, view } from '../../workflows/views';

const DAY = '2026-11-23 (UTC)';

/** What a terminal would act on. A line ends only where the printer ends it. */
const DRIVES = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

function printed(...views: IncidentView[]): string[] {
  const lines: string[] = [];
  const printer = new TimelinePrinter((line) => lines.push(line), undefined);
  for (const one of views) printer.update(one);
  return lines;
}

function running(overrides: Partial<TimelineEntry> = {}): TimelineEntry {
  const { endedAt: _, ...open } = entry({ status: 'running', detail: '', ...overrides });
  return open;
}

describe('formatEntry', () => {
  it.each<[Partial<TimelineEntry>, string]>([
    [{}, '10:00:05.085  A.1          ok    Restart KingFisher: failed → active (85 ms)'],
    [{ status: 'failed', detail: '' }, '10:00:05.085  A.1          FAIL  Restart KingFisher (85 ms)'],
    [{ cite: '', status: 'note', detail: 'x' }, '10:00:05.085                     Restart KingFisher: x (85 ms)'],
  ])('%j', (overrides, line) => {
    expect(formatEntry(entry(overrides))).toBe(line);
  });

  it('lets no text drive the terminal', () => {
    const line = formatEntry(entry({ title: HOSTILE, detail: HOSTILE, cite: HOSTILE }));
    expect(line).not.toMatch(DRIVES);
    expect(line).toContain('a | b ⏎ | x |');
  });
});

describe('formatEnd', () => {
  it('says how it ended and what was found', () => {
    const findings = [{ name: 'DiskFull', cite: 'A.2', detail: '/ is full', at: '' }];
    expect(formatEnd(view({ outcome: 'unresolved', findings }))).toBe(
      'Closed without being well on h1: disk was full (/); Halcyon changed nothing\nunresolved: KingfisherServiceDown on h1\n  found DiskFull (A.2): / is full',
    );
    expect(formatEnd(view({ host: null }))).toMatch(/diagnosing: KingfisherServiceDown on an unknown host$/);
  });

  it('lets no text drive the terminal, and keeps one line for each finding', () => {
    const findings = [{ name: 'X', cite: '', detail: HOSTILE, at: '' }];
    const lines = formatEnd(view({ alertname: HOSTILE, host: HOSTILE, findings })).split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).not.toMatch(DRIVES);
  });
});

describe('formatEnd of an open incident', () => {
  const approval: Approval = {
    hash: '220909b3',
    subject: {
      risk: 'change',
      host: 'h1',
      cite: 'A.1',
      title: 'Remedy',
      arguments: {},
      precondition: 'unit is failed',
    },
    state: 'asked',
    askedAt: '2026-11-23T10:00:00.000Z',
    expiresAt: '2026-11-23T10:30:00.000Z',
    roles: ['operator'],
    people: ['anna'],
    answeredBy: null,
    answeredAt: null,
    note: '',
  };

  it('shows the question with the command that answers it', () => {
    const id = 'incident/KingfisherServiceDown/h1';
    expect(
      formatEnd(view({ state: 'waitingForApproval', approvals: [approval] }), id)
        .split('\n')
        .slice(2),
    ).toEqual([
      '  asks operator until 2026-11-23T10:30:00Z: Remedy',
      '    because unit is failed',
      `    halcyon approve ${id} --hash 220909b3    (or reject)`,
    ]);
  });

  it('does not promise to watch what nobody watches', () => {
    const end = (runbook: IncidentView['runbook']) => formatEnd(view({ runbook, state: 'waitingForPeople' }));
    expect(end('serviceDown')).toContain('closes by itself once the host is well');
    expect(end('unknownAlert')).toContain('closes when Alertmanager resolves');
  });

  it('says of a run that was ended by hand that nothing works on it, and asks nothing', () => {
    const text = formatEndedByHand(view({ state: 'waitingForApproval', approvals: [approval] }), 'cancelled');
    expect(text).toMatch(/^cancelled: nothing automatic works on it/);
    expect(text).not.toContain('approve');
  });
});

describe('TimelinePrinter', () => {
  it('names the day where days differ', () => {
    const next = entry({ at: '2026-11-24T00:00:01.000Z', endedAt: '2026-11-24T00:00:02.000Z' });
    expect(printed(view({ timeline: [entry(), next] }))).toEqual([
      DAY,
      formatEntry(entry()),
      '2026-11-24 (UTC)',
      formatEntry(next),
    ]);
  });

  it('prints an entry once, when it has ended', () => {
    const open = view({ timeline: [running()] });
    const done = view({ timeline: [entry()] });
    expect(printed(open)).toEqual([]);
    expect(printed(open, done, done)).toEqual([DAY, formatEntry(entry())]);
  });

  it('prints what ends first, first', () => {
    const fast = entry({ title: 'fast' });
    const slow = entry({ title: 'slow' });
    const lines = printed(view({ timeline: [running({ title: 'slow' }), fast] }), view({ timeline: [slow, fast] }));
    expect(lines).toEqual([DAY, formatEntry(fast), formatEntry(slow)]);
  });

  it('prints two entries of one moment and title both', () => {
    const two = [entry({ detail: 'one' }), entry({ detail: 'two' })];
    expect(printed(view({ timeline: two }))).toEqual([DAY, ...two.map(formatEntry)]);
  });

  it('prints a look once, however often it is seen, and says how often where it knows', () => {
    const look = entry({ title: 'Port', kind: 'look' });
    const again = { ...look, times: 14, lastAt: '2026-11-23T10:12:00.000Z' };
    expect(printed(view({ timeline: [look] }), view({ timeline: [again] }))).toEqual([DAY, formatEntry(look)]);
    expect(printed(view({ timeline: [again] })).at(-1)).toMatch(/, seen 14 times until 10:12:00$/);
  });

  it('prints nothing twice when entries leave in the middle', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((title) => entry({ title })) as [TimelineEntry, TimelineEntry, TimelineEntry];
    const lines = printed(view({ timeline: [a, b] }), view({ timeline: [a, c], timelineDropped: 1 }));
    expect(lines).toEqual([DAY, ...[a, b, c].map(formatEntry)]);
  });

  it('prints nothing twice when entries leave at the front', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((title) => entry({ title })) as [TimelineEntry, TimelineEntry, TimelineEntry];
    const lines = printed(view({ timeline: [a, b] }), view({ timeline: [b, c], timelineDropped: 1 }));
    expect(lines).toEqual([DAY, ...[a, b, c].map(formatEntry)]);
  });
});
