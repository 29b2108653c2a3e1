import { countedAs, countedOf } from '../../../../src/shared/figures/counted';
import type { CountedAs, CountedIncident } from '../../../../src/shared/figures/counted';
import { figuresBy, figuresOf, pagesByHour } from '../../../../src/shared/figures/figures';
import { ordinal, recurrenceOf, recurrenceText } from '../../../../src/shared/figures/recurrence';
import { spreadOf } from '../../../../src/shared/figures/spread';
import { at, ended, recorded } from '../../../support/recorded';

/** One that took so many seconds from its alert to health. */
function one(as: CountedAs, seconds: number | null = 60, more: Partial<CountedIncident> = {}): CountedIncident {
  const healthyAt = seconds === null ? null : at(seconds);
  return { ...countedOf(ended(100)), as, startsAt: at(0), healthyAt, ...more };
}

describe('how an incident is counted', () => {
  it.each<[CountedAs, string, Parameters<typeof countedAs>[1]]>([
    ['healed', 'COMPLETED', { outcome: 'healed' }],
    ['byPeople', 'COMPLETED', { outcome: 'resolvedByPeople' }],
    ['byItself', 'COMPLETED', { outcome: 'selfHealed' }],
    ['degraded', 'COMPLETED', { outcome: 'degraded' }],
    ['unresolved', 'COMPLETED', { outcome: 'unresolved' }],
    ['planned', 'COMPLETED', { outcome: 'planned' }],
    ['open', 'RUNNING', { outcome: null }],
    ['unknown', 'TERMINATED', { outcome: 'healed' }],
    ['unknown', 'CANCELLED', { outcome: null }],
    ['unknown', 'NOT_FOUND', { outcome: null }],
    ['unknown', 'COMPLETED', { outcome: null }],
    ['byItself', 'COMPLETED', { outcome: 'healed', mode: 'observe' }],
    ['planned', 'TERMINATED', { outcome: 'planned' }],
  ])('%s: a run that is %s with %j', (as, status, view) => {
    expect(countedAs(status, view)).toBe(as);
  });

  it('has the same cause whatever its numbers are, and the first acknowledgement', () => {
    const full = (detail: string) => [{ name: 'DiskFull', detail, cite: 'A.3', at: at(1) }];
    const people = [
      { as: 'bert', at: at(40), until: at(90) },
      { as: 'anna', at: at(30), until: at(80) },
    ];
    const a = countedOf(ended(9, { findings: full('/var is 97 % full'), acknowledgements: people }));
    const b = countedOf(ended(9, { findings: full('/ is 99 % full') }));
    expect(a).toMatchObject({ cause: 'disk full', as: 'healed', acknowledgedAt: at(30), endedAt: at(9) });
    expect(b.cause).toBe(a.cause);
  });

  it('knows only pages that were delivered', () => {
    const page = { tier: 1, team: 't', teamName: 'T', channel: 'slack', detail: '', collapsed: false } as const;
    const pages = [true, false].map((delivered, n) => ({ ...page, at: at(n), delivered, firing: 1 }));
    expect(countedOf(recorded(9, { pages })).pagedAt).toEqual([at(0)]);
  });
});

describe('figures of incidents', () => {
  it('has a heal rate that only what Halcyon healed raises', () => {
    const base = [one('healed'), one('byPeople'), one('degraded'), one('unresolved', null)];
    expect(figuresOf(base).healRate).toEqual({ count: 1, of: 4, share: 0.25 });
    for (const as of ['byItself', 'planned', 'open', 'unknown', 'byPeople'] as const) {
      expect(figuresOf([...base, one(as)]).healRate.share).toBeLessThanOrEqual(0.25);
    }
    expect(figuresOf([...base, one('unknown')]).healRate.share).toBe(0.2);
    expect(figuresOf([...base, one('byPeople', 60, { isObserved: true })]).healRate.of).toBe(4);
    expect(figuresOf([one('byItself'), one('planned')]).healRate).toEqual({ count: 0, of: 0, share: null });
  });

  it('has times of what ended as it says', () => {
    const all = [one('healed', 10), one('healed', 30), one('byPeople', 600), one('byItself', 1), one('planned', 1)];
    const { timeToHeal, timeToMend, ended: count, planned } = figuresOf([...all, one('unresolved', null)]);
    expect(timeToHeal).toMatchObject({ count: 2, medianMs: 20_000, worstMs: 30_000 });
    expect(timeToMend).toMatchObject({ count: 3, medianMs: 30_000, worstMs: 600_000 });
    expect([count, planned]).toEqual([5, 1]);
    expect(figuresOf([one('healed', -5)]).timeToHeal).toBeNull();
    expect(figuresOf([one('healed')]).timeToDetect).toMatchObject({ count: 1 });
    expect(figuresOf([one('healed', 60, { isByHand: true })]).timeToDetect).toBeNull();
  });

  it('counts as unanswered what ended and nobody ever acknowledged', () => {
    const paged = { pagedAt: [at(900), at(1_800)] };
    const all = [
      one('byPeople', 60, { ...paged, acknowledgedAt: at(1_000) }),
      one('unresolved', null, paged),
      one('open', null, paged),
      one('planned', null, paged),
    ];
    const figures = figuresOf(all);
    expect(figures).toMatchObject({ paged: 3, pages: 6, unanswered: 1 });
    expect(figures.timeToAcknowledge).toMatchObject({ count: 1, medianMs: 100_000 });
    expect(pagesByHour(all)[3]).toBe(6);
    expect(pagesByHour(all).reduce((sum, pages) => sum + pages, 0)).toBe(6);
  });

  it('is told of each group, the largest first', () => {
    const all = [one('healed', 60, { runbook: 'outboxStuck' }), one('healed'), one('unresolved', null)];
    const groups = figuresBy(all, ({ runbook }) => runbook);
    expect(groups.map(({ name, figures }) => [name, figures.healRate.share])).toEqual([
      ['serviceDown', 0.5],
      ['outboxStuck', 1],
    ]);
  });

  it('takes the middle, the 95th of a hundred and the worst', () => {
    expect(spreadOf(Array.from({ length: 100 }, (_, n) => n + 1))).toEqual({
      ...{ count: 100, medianMs: 50.5, p95Ms: 95, worstMs: 100 },
    });
    expect(spreadOf([])).toBeNull();
    expect(spreadOf([7, NaN])).toMatchObject({ count: 1, medianMs: 7 });
  });
});

describe('what comes again', () => {
  const day = 86_400;
  const killed = (days: number, more: Partial<CountedIncident> = {}) =>
    one('healed', null, { runId: `run-${days}`, cause: 'killed', startsAt: at(days * day), ...more });

  it('is counted within thirty days, of the same host, page and cause', () => {
    const others = [killed(-31), killed(-29), killed(-1), killed(1), killed(0), killed(-2, { as: 'planned' })];
    const unlike = [
      killed(-3, { host: 'h2' }),
      killed(-4, { cause: 'stopped' }),
      killed(-5, { runbook: 'outboxStuck' }),
    ];
    const found = recurrenceOf(killed(0), [...others, ...unlike]);
    expect(found.earlier.map(({ runId }) => runId)).toEqual(['run--1', 'run--29']);
    expect(recurrenceText(found)).toBe('3rd time for this cause in 30 days');
    expect(recurrenceText(recurrenceOf(killed(0), []))).toBe('');
  });

  it('takes two unknown causes for the same only where the alert is', () => {
    const unknown = killed(0, { cause: '' });
    const earlier = [killed(-1, { cause: '' }), killed(-2, { cause: '', alertname: 'Other' })];
    expect(recurrenceOf(unknown, earlier).time).toBe(2);
  });

  it('says it as people do', () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111].map(ordinal).join(' ')).toBe(
      '1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 101st 111th',
    );
  });
});
