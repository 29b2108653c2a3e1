import { periodReport } from '../../../src/report/week/document';
import { render } from '../../../src/report/render';
import { countedOf } from '../../../src/shared/figures/counted';
import type { CountedAs, CountedIncident } from '../../../src/shared/figures/counted';
import type { ReportSection } from '../../../src/shared/report/document';
import { at, ended } from '../../support/recorded';

const DAY = 86_400;

function one(as: CountedAs, day: number, more: Partial<CountedIncident> = {}): CountedIncident {
  const base = countedOf(ended(100));
  const times = { startsAt: at(day * DAY), receivedAt: at(day * DAY + 5), endedAt: at(day * DAY + 600) };
  const healthyAt = as === 'unresolved' || as === 'unknown' ? null : at(day * DAY + 60);
  return { ...base, ...times, healthyAt, as, runId: `${as}-${day}`, cause: 'killed', ...more };
}

function week(incidents: CountedIncident[], earlier: CountedIncident[] = [], gaps: string[] = []) {
  const report = periodReport({ since: at(0), madeAt: at(7 * DAY), incidents, earlier, gaps });
  const section = (title: string) => report.sections.find((some) => some.title === title) as ReportSection;
  return { report, section, rows: (title: string) => section(title).table?.rows ?? [] };
}

describe('the report of a week', () => {
  const incidents = [
    one('healed', 1),
    one('healed', 2, { host: 'h2' }),
    one('byItself', 3),
    one('unresolved', 4, { runbook: 'outboxStuck', cause: '', pagedAt: [at(4 * DAY + 900)] }),
    one('unknown', 5, { host: 'h3', cause: 'disk full' }),
    one('planned', 5),
    one('open', 6, { healthyAt: null, endedAt: null }),
  ];

  it('has one heal rate, of what needed healing', () => {
    const { report } = week(incidents);
    expect(report.summary).toBe(
      '5 incidents ended, 1 open: Halcyon healed 2 of 4 (50 %) that needed it; well again after 1 m (median).',
    );
    expect(report.facts.find(({ name }) => name === 'Ended')!.lines).toEqual([
      '5 incidents, 1 open, 1 dry runs, counted nowhere else',
    ]);
  });

  it('has outcomes, runbooks and causes that add up', () => {
    const { rows, section } = week(incidents);
    const counts = Object.fromEntries(rows('Outcomes').map(([name, count]) => [name, Number(count)]));
    expect(counts).toMatchObject({ 'healed by Halcyon': 2, 'well again by itself': 1, unresolved: 1, unknown: 1 });
    for (const title of ['By runbook', 'By cause', 'By host']) {
      expect(rows(title).reduce((sum, row) => sum + Number(row[1]), 0)).toBe(6);
    }
    const drawn = section('Outcomes')
      .bars![0]!.bars.flatMap(({ values }) => values)
      .reduce((sum, n) => sum + n, 0);
    expect(drawn).toBe(5);
  });

  it('names what people should look at', () => {
    const rows = week(incidents).rows('To be looked at');
    expect(rows.map((row) => row[4]).sort()).toEqual(['open', 'unknown', 'unresolved']);
    expect(rows.find((row) => row[4] === 'unresolved')![5]).toBe('paged, and nobody answered');
  });

  it('says what came again, also from before the week', () => {
    const { rows } = week(
      [one('healed', 1)],
      [one('healed', -2), one('healed', -40), one('healed', -3, { host: 'h9' })],
    );
    expect(rows('Recurrences').map((row) => row[3])).toEqual(['2nd']);
  });

  it('draws the pages by hour', () => {
    const bars = week(incidents).section('People').bars![0]!.bars;
    expect(bars).toHaveLength(24);
    expect(bars.find(({ values }) => values[0] === 1)!.name).toBe('03');
  });

  it('says what is missing, and that there was none', () => {
    const { report, section } = week([], [], ['The record could not be read.']);
    expect(report.summary).toBe('There was no incident.');
    expect(section('What is not in here').lines).toEqual(['The record could not be read.']);
    expect(render(report, 'html')).not.toMatch(/undefined|NaN|Infinity/);
  });

  it('has bars of weeks for a year', () => {
    const report = periodReport({
      since: at(-365 * DAY),
      madeAt: at(0),
      incidents: [one('healed', -3)],
      earlier: [],
      gaps: [],
    });
    expect(report.sections[0]!.bars![0]!.bars).toHaveLength(53);
  });
});
