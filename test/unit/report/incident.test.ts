import { incidentReport } from '../../../src/report/incident/document';
import { render } from '../../../src/report/render';
import { countedOf } from '../../../src/shared/figures/counted';
import { recurrenceOf } from '../../../src/shared/figures/recurrence';
import type { IncidentView } from '../../../src/shared/incident';
import type { ReportDocument } from '../../../src/shared/report/document';
import { at, ended, entry, recorded } from '../../support/recorded';
import { question } from '../workflows/views';

const DOWN = entry(1, { title: 'Health', status: 'notSo', detail: '/health refused', condition: 'down' });
const RESTART = entry(3, {
  ...{ title: 'Restart KingFisher', kind: 'change', detail: 'failed → active', why: 'A.1 killed' },
  ...{ before: { unit: 'kingfisher.service', active: 'failed', observedAt: '02:00' } },
  ...{ after: { unit: 'kingfisher.service', active: 'active', pid: 77, observedAt: '02:01' } },
});
const WELL = entry(5, { title: 'Verify', kind: 'verification', detail: 'healthy', condition: 'well' });
const VIEW: Partial<IncidentView> = {
  startsAt: at(-10),
  timeline: [DOWN, RESTART, WELL],
  cause: { cite: 'A.1', title: 'KingFisher does not run as it should', evidence: 'unit is failed (signal)' },
  measures: { receivedAt: at(0), firstActionAt: at(1), healthyAt: at(110), closedAt: at(400) },
  approvals: [question({ state: 'approved', answeredBy: 'anna', answeredAt: at(90), note: 'go on' })],
  pages: [
    {
      ...{ at: at(20), tier: 1, team: 't', teamName: 'Trading AI', channel: 'slack', delivered: false },
      ...{ detail: 'no route', collapsed: false, firing: 1 },
    },
    {
      ...{ at: at(30), tier: 1, team: 't', teamName: 'Trading AI', channel: 'pagerduty', delivered: true },
      ...{ detail: 'ok', collapsed: false, firing: 1 },
    },
  ],
  acknowledgements: [{ as: 'bert', at: at(75), until: at(900) }],
  leases: [
    {
      ...{ setting: 'openai.max_qps', value: 4, previous: 8, until: at(3_600), state: 'undone', reason: 'too many' },
      ...{ detail: 'as it was', at: at(200) },
    },
  ],
};

function made(
  incident = ended(400, VIEW),
  metric: Parameters<typeof incidentReport>[0]['metric'] = { absent: 'none' },
) {
  return incidentReport({ incident, recurrence: null, metric, madeAt: at(500) });
}

function rows(report: ReportDocument, title: string): string[][] {
  return report.sections.find((section) => section.title === title)?.table?.rows ?? [];
}

function fact(report: ReportDocument, name: string): string | undefined {
  return report.facts.find((one) => one.name === name)?.lines.join();
}

describe('the report of an incident', () => {
  it('begins with how it ended', () => {
    const report = made();
    expect(report.title).toBe('KingfisherServiceDown on h1');
    expect(report.summary).toMatch(/^Healed on h1: KingFisher was killed \(signal\); restarted by Halcyon/);
    expect(fact(report, 'Outcome')).toBe('healed by Halcyon');
    expect(fact(report, 'Not well for')).toBe('2 m (2.0 minutes)');
  });

  it('has the time to detect, act, heal and acknowledge', () => {
    const took = Object.fromEntries(rows(made(), 'Times').map(([what, time]) => [/^To (\w+)/.exec(what!)![1], time]));
    expect(took).toMatchObject({ detect: '10 s', act: '1 s', change: '3 s', heal: '2 m', acknowledge: '45 s' });
  });

  it('says which time it did not come to, and that clocks disagree', () => {
    const measures = { receivedAt: at(-20), firstActionAt: null, healthyAt: null, closedAt: null };
    const report = made(recorded(400, { ...VIEW, receivedAt: at(-20), measures, pages: [] }));
    const took = Object.fromEntries(rows(report, 'Times').map(([what, time]) => [/^To (\w+)/.exec(what!)![1], time]));
    expect(took).toMatchObject({
      detect: 'two clocks disagree',
      act: 'did not come to it',
      heal: 'did not come to it',
    });
    expect(took).not.toHaveProperty('acknowledge');
    expect(fact(report, 'Not well for')).toMatch(/^at least 8 m 30 s/);
    expect(fact(report, 'Outcome')).toMatch(/^open: /);
  });

  it('has each change with what was there and what was seen, before and after', () => {
    expect(rows(made(), 'Changes')).toEqual([
      [
        expect.stringContaining(':00:03') as string,
        'Restart KingFisher (A.1): done',
        'A.1 killed',
        'active: failed',
        'active: active, pid: 77',
        'down (/health refused) → well (healthy)',
      ],
    ]);
  });

  it('has who decided what, who was paged, who had it, and what was leased', () => {
    const report = made();
    expect(rows(report, 'Decisions')[0]!.join('|')).toContain('yes by anna');
    expect(rows(report, 'Pages').map((row) => row[4])).toEqual(['NO', 'yes']);
    expect(rows(report, 'Acknowledgements')[0]).toContain('bert');
    expect(rows(report, 'Leases')[0]![0]).toBe('openai.max_qps 8 → 4');
  });

  it('draws what happened side by side, and what was done by itself where the rest is long', () => {
    const report = made(ended(400, { ...VIEW, measures: { ...VIEW.measures!, healthyAt: at(20) } }));
    const [until, whole] = report.sections.find(({ title }) => title === 'Timeline')!.spans!;
    expect(whole!.rows.map(({ name }) => name)).toEqual([
      'KingFisher',
      'Looks',
      'Restart KingFisher',
      'Verification',
      'Questions',
      'Pages',
      'Had by bert',
      'Leases',
    ]);
    expect(whole!.rows[0]!.spans).toMatchObject([
      { from: Date.parse(at(-10)), until: Date.parse(at(6)), tone: 'bad' },
      { from: Date.parse(at(6)), until: Date.parse(at(400)), tone: 'good' },
    ]);
    expect(until!.until).toBeLessThan(whole!.until);
  });

  it('says why there is no chart of the metric', () => {
    expect(render(made(undefined, { absent: 'no Prometheus is configured here' }), 'md')).toContain(
      'No chart: no Prometheus is configured here.',
    );
  });

  it('says which time it is', () => {
    const incident = ended(400, VIEW);
    const counted = countedOf(incident);
    const earlier = [1, 2].map((n) => ({ ...counted, runId: `earlier-${n}`, startsAt: at(-n * 86_400) }));
    const recurrence = recurrenceOf(counted, earlier);
    const report = incidentReport({ incident, recurrence, metric: { absent: '' }, madeAt: at(500) });
    expect(fact(report, 'Recurrence')).toBe('3rd time for this cause in 30 days');
    expect(rows(report, 'Earlier ones')).toHaveLength(2);
  });

  it.each(['TERMINATED', 'CANCELLED', 'FAILED'])('claims nothing of a run that is %s', (status) => {
    const view = { ...VIEW, state: 'watching', outcome: null } as const;
    const report = made(recorded(400, view, { status, endedAt: at(400) }));
    expect(report.summary).toMatch(/^NOTHING AUTOMATIC works on this/);
    expect(fact(report, 'Outcome')).toMatch(/^unknown \(Halcyon's run /);
  });

  it('is whole for an incident that has nothing yet', () => {
    const report = made(recorded(0));
    for (const format of ['html', 'md', 'json'] as const) {
      expect(render(report, format)).not.toMatch(/undefined|NaN|\[object/);
    }
  });
});
