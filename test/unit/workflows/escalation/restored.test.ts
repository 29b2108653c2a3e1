import { EscalationClock } from '../../../../src/workflows/escalation/clock';
import { restored } from '../../../../src/workflows/escalation/restored';
import type { Page, RestoredClock } from '../../../../src/shared/paging/escalation';
import { PLAN, subject } from '../../../support/escalations';

const MINUTE = 60_000;
const T0 = Date.parse('2026-11-30T03:00:00Z');

it('a clock that takes the place of another gives automation no second grace', () => {
  // The alert is old: only the grace of the first clock holds tier 1 back.
  const zero = T0 - 60 * MINUTE;
  const begunAt = new Date(T0).toISOString();
  const now = T0 + MINUTE;
  const known = restored(
    { subject: subject(zero), plan: PLAN, restored: { pages: [], acknowledged: null, begunAt } },
    now,
  );
  const clock = new EscalationClock(PLAN, zero, known!.clock);
  expect(clock.decide(now)).toEqual({ kind: 'wait', until: T0 + PLAN.lateGraceMs });
});

it('a wrong clock of the one before gives it no more than its own', () => {
  const begunAt = new Date(T0 + 60 * MINUTE).toISOString();
  const input = { subject: subject(T0), plan: PLAN, restored: { pages: [], acknowledged: null, begunAt } };
  expect(restored(input, T0)!.clock.begunAt).toBe(T0);
});

describe('a clock knows of the one before', () => {
  const iso = (minute: number) => new Date(T0 + minute * MINUTE).toISOString();
  const page = (tier: number, minute: number, more: Partial<Page> = {}): Page => ({
    at: iso(minute),
    tier,
    team: 'platform',
    teamName: 'Platform Team',
    channel: 'slack',
    delivered: true,
    detail: '#platform',
    collapsed: false,
    ...more,
  });
  const of = (known: Partial<RestoredClock>, minute = 50) => {
    const before = { pages: [], acknowledged: null, begunAt: iso(0), ...known };
    return restored({ subject: subject(T0), plan: PLAN, restored: before }, T0 + minute * MINUTE)!;
  };

  it('which tiers went out, each once, in their order and to whom', () => {
    const pages = [page(2, 30, { team: 'tradingAi' }), page(1, 15), page(1, 15, { channel: 'pagerduty' })];
    expect(of({ pages }).clock.out).toEqual([
      { team: 'platform', at: T0 + 15 * MINUTE },
      { team: 'tradingAi', at: T0 + 30 * MINUTE },
    ]);
  });

  it('and sends none again that was delivered, and one that was not only after a look for it', () => {
    const { pager } = of({ pages: [page(1, 15), page(2, 30, { delivered: false })] });
    expect(pager.mayBeSent).toBe(true);
    expect(pager.pages.map(({ progress, kind }) => [progress, kind])).toEqual([
      ['delivered', expect.objectContaining({ tier: 1, senior: false })],
      ['interrupted', expect.objectContaining({ tier: 2, senior: false })],
    ]);
  });

  it('and who has the incident, unless that is over', () => {
    const acknowledged = { as: 'anna', at: iso(20), until: iso(50) };
    expect(of({ acknowledged }, 49).clock.acknowledged).toMatchObject({ as: 'anna', until: T0 + 50 * MINUTE });
    expect(of({ acknowledged }, 50).clock.acknowledged).toBeNull();
  });
});
