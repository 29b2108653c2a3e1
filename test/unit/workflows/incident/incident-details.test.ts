import { renderDetails } from '../../../../src/workflows/incident/incident-details';
import { question } from '../../../support/escalations';
import type { EntryStatus } from '../../../../src/shared/timeline';
import { HOSTILE, entry, view } from '../views';

const ID = 'incident/KingfisherServiceDown/h1';

function render(...parameters: Parameters<typeof view>): string {
  return renderDetails(view(...parameters), ID);
}

function lines(...parameters: Parameters<typeof view>): string[] {
  return render(...parameters).split('\n');
}

describe('renderDetails', () => {
  it('begins with the sentence of the pages, then how it stands, what it is about and since when', () => {
    const [sentence, , state, since] = lines();
    expect(sentence).toMatch(/^\*\*KingFisher reported down on h1: .*; Halcyon is at work on it\*\*$/);
    expect(state).toMatch(/^\*\*diagnosing\*\* — KingfisherServiceDown \(critical\) on host h1/);
    expect(since).toBe('since 2026-11-23 10:00:00 UTC · received 10:00:04.500');
  });

  it('says how it ended, when it was healthy and what was left out', () => {
    const text = render({
      host: null,
      outcome: 'healed',
      truncatedAlerts: 4,
      timelineDropped: 12,
      measures: { ...view().measures, healthyAt: '2026-11-23T10:00:06.700Z' },
    });
    expect(text).toContain('**closed, healed**');
    expect(text).toContain('on an unknown host');
    expect(text).toContain('healthy 10:00:06.700 (2.2 s after the alert)');
    expect(text).toContain('4 alerts truncated by Alertmanager');
    expect(text).toContain('12 earlier entries left out');
  });

  it('says who started a run and why in place of a severity that no alert gave it', () => {
    const startedBy = { who: 'anna', reason: 'images are broken' };
    const healthyAt = '2026-11-23T10:00:06.700Z';
    const text = render({ startedBy, severity: 'unknown', measures: { ...view().measures, healthyAt } });
    expect(text).toContain('(started by anna: images are broken)');
    expect(text).toContain('2.2 s after the start');
    expect(text).not.toContain('unknown)');
  });

  it('gives the one command to paste for what is asked, whole, with the id of the incident', () => {
    const text = render({ tier: 1, approvals: [question(Date.parse('2026-11-23T10:01:00Z'))] });
    expect(text).toContain(`to hold further pages: \`halcyon ack ${ID}\``);
    expect(text).toContain(`\`halcyon approve ${ID} --hash ab12cd34\` (to say no, "reject" in place of "approve")`);
    expect(text).not.toMatch(/<you>|\{"/);
  });

  it('quotes an id that is no plain word, and lets none end the code', () => {
    const text = renderDetails(view({ tier: 1 }), 'incident/It`s $(down)/h1');
    expect(text).toContain("`halcyon ack 'incident/It·s $(down)/h1'`");
  });

  it('shows an entry on one line with its place, result and duration', () => {
    const last = lines({ timeline: [entry()] }).at(-1);
    expect(last).toContain('10:00:05.000');
    expect(last).toContain('A.1 Restart KingFisher');
    expect(last).toContain('failed → active');
    expect(last).toContain('(85 ms)');
  });

  it('says of a look how often it found the same, and until when', () => {
    const again = entry({ times: 14, lastAt: '2026-11-23T10:12:00.000Z' });
    expect(lines({ timeline: [again] }).at(-1)).toMatch(/ · seen 14 times until 10:12:00\.000$/);
  });

  it('says of a finding that was withdrawn since when it is no longer so', () => {
    const findings = [
      { name: 'DiskFull', cite: 'A', detail: '/ is full', at: '', withdrawnAt: '2026-11-23T10:01:00.000Z' },
    ];
    expect(render({ findings })).toContain('**DiskFull** (A): no longer so since 10:01:00.000; it was / is full');
  });

  it('names what runs now', () => {
    const running = { ...entry({ status: 'running', detail: '' }), endedAt: undefined };
    const { endedAt: _, ...open } = running;
    expect(render({ timeline: [entry({ title: 'Before' }), open] })).toContain('now: Restart KingFisher');
    expect(render({ timeline: [entry()] })).not.toContain('now:');
  });

  it.each<EntryStatus>(['running', 'done', 'noChange', 'notSo', 'failed', 'skipped', 'note'])(
    'gives an entry that is %s one line',
    (status) => {
      expect(lines({ timeline: [entry({ status })] }).filter((line) => line.startsWith('- '))).toHaveLength(1);
    },
  );
});

describe('hostile text', () => {
  const text = render({
    alertname: HOSTILE,
    severity: HOSTILE,
    host: HOSTILE,
    findings: [{ name: 'UnknownAlert', cite: '', detail: HOSTILE, at: '' }],
    timeline: [entry({ title: HOSTILE, detail: HOSTILE }), entry({ title: HOSTILE, status: 'running' })],
  });

  it('adds no line, so it begins neither heading, list nor table', () => {
    const plain = render({
      findings: [{ name: 'UnknownAlert', cite: '', detail: 'x', at: '' }],
      timeline: [entry({ title: 'x', detail: 'x' }), entry({ title: 'x', status: 'running' })],
    });
    expect(text.split('\n')).toHaveLength(plain.split('\n').length);
  });

  it('is shown as it is: no markup of it counts', () => {
    expect(text).not.toMatch(/(?<!\\)[`|]/);
    expect(text).not.toContain('**bold**');
    expect(text).not.toContain('[l](');
    expect(text).not.toContain('<script>');
  });

  it('has no character that drives a terminal or turns text around', () => {
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
  });
});
