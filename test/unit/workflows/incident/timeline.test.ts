import type { TimelineEntry } from '../../../../src/shared/timeline';
import { Timeline } from '../../../../src/workflows/incident/record/timeline';

const START = Date.parse('2026-11-23T10:00:00Z');

function timeline(before: TimelineEntry[] = []) {
  const clock = { now: START };
  const shown = { timeline: before, timelineDropped: 0 };
  let changes = 0;
  const lines = new Timeline(
    shown,
    () => new Date((clock.now += 1_000)).toISOString(),
    () => (changes += 1),
  );
  const look = (title: string, detail = '', status: TimelineEntry['status'] = 'done') =>
    lines.begin('A.diagnosis', title, 'look')(status, detail);
  const change = (title: string, status: TimelineEntry['status']) => lines.begin('A.1', title, 'change')(status, '');
  const titles = () => shown.timeline.map(({ title }) => title);
  return { lines, shown, look, change, titles, changes: () => changes };
}

describe('a look that finds what it found before', () => {
  it('is folded into that one, which says how often and until when', () => {
    const { lines, shown, look, titles } = timeline();
    look('Port', 'closed');
    lines.note('', 'Diagnosing again', '');
    for (let i = 0; i < 13; i++) look('Port', 'closed');
    expect(titles()).toEqual(['Port', 'Diagnosing again']);
    expect(shown.timeline[0]).toMatchObject({
      times: 14,
      lastAt: '2026-11-23T10:00:29.000Z',
      at: '2026-11-23T10:00:01.000Z',
    });
    expect(shown.timelineDropped).toBe(0);
  });

  it('is shown while it runs', () => {
    const { lines, look, titles } = timeline();
    look('Port', 'closed');
    const end = lines.begin('A.diagnosis', 'Port', 'look');
    expect(titles()).toEqual(['Port', 'Port']);
    end('done', 'closed');
    expect(titles()).toEqual(['Port']);
  });

  it('is an entry of its own where it found something else in between', () => {
    const { look, titles, shown } = timeline();
    look('Port', 'closed');
    look('Port', 'open');
    look('Port', 'closed');
    look('Port', 'closed', 'notSo');
    expect(titles()).toHaveLength(4);
    expect(shown.timeline.some(({ times }) => times !== undefined)).toBe(false);
  });

  it.each(['done', 'failed', 'running'] as const)('is news after a change that is %s', (status) => {
    const { look, change, titles } = timeline();
    look('Port', 'closed');
    change('Restart KingFisher', status);
    look('Port', 'closed');
    expect(titles()).toEqual(['Port', 'Restart KingFisher', 'Port']);
  });

  it('is none after a change that was left out', () => {
    const { look, change, titles } = timeline();
    look('Port', 'closed');
    change('Would restart KingFisher', 'skipped');
    look('Port', 'closed');
    expect(titles()).toEqual(['Port', 'Would restart KingFisher']);
  });

  it('is another one where it is a verification, or of another place', () => {
    const { lines, look, titles } = timeline();
    look('Port', 'closed');
    lines.begin('H', 'Port', 'look')('done', 'closed');
    lines.begin('A', 'Verify', 'verification')('notSo', 'no');
    lines.begin('A', 'Verify', 'verification')('notSo', 'no');
    expect(titles()).toEqual(['Port', 'Port', 'Verify', 'Verify']);
  });
});

describe('two hundred entries', () => {
  it('never lose the first diagnosis, nor the newest of each look', () => {
    const { lines, look, titles, shown } = timeline();
    for (let pass = 0; pass < 100; pass++) {
      for (const title of ['Memory', 'Port', 'Log']) look(title, `found ${pass}`);
      lines.note('', `note ${pass}`, '');
    }
    expect(titles()).toHaveLength(200);
    const seen = (title: string) => shown.timeline.filter((entry) => entry.title === title).map(({ detail }) => detail);
    for (const title of ['Memory', 'Port', 'Log']) {
      expect(seen(title)[0]).toBe('found 0');
      expect(seen(title).at(-1)).toBe('found 99');
    }
    expect(titles().filter((title) => title.startsWith('note'))).toHaveLength(100);
    expect(shown.timelineDropped).toBe(200);
  });

  it('lose the oldest of what is no look, where there is nothing else', () => {
    const { lines, look, titles } = timeline();
    look('Port', 'closed');
    for (let i = 0; i < 250; i++) lines.note('', `note ${i}`, '');
    expect(titles()).toHaveLength(200);
    expect(titles().slice(0, 2)).toEqual(['Port', 'note 51']);
  });
});

describe('an entry', () => {
  it('has a number that stays with it, also in the next run', () => {
    const { lines, shown } = timeline();
    lines.note('', 'one', '');
    lines.note('', 'two', '');
    const next = timeline(structuredClone(shown.timeline));
    next.lines.note('', 'three', '');
    expect(next.shown.timeline.map(({ id }) => id)).toEqual([0, 1, 2]);
  });

  it('that somebody else keeps is shown once, and again where it was left out', () => {
    const { lines, titles, changes } = timeline();
    const counting = { at: '', cite: '', title: 'And 1 more', kind: 'note', status: 'note', detail: '' } as const;
    const entry = { ...counting };
    lines.show(entry);
    const before = changes();
    lines.show(entry);
    expect(titles()).toEqual(['And 1 more']);
    expect(changes()).toBe(before + 1);
    for (let i = 0; i < 200; i++) lines.note('', `note ${i}`, '');
    lines.show(entry);
    expect(titles().at(-1)).toBe('And 1 more');
  });
});
