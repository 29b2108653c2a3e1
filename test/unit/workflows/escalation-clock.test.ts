import { teamOf } from '../../../src/shared/escalation-team';
import { EscalationClock } from '../../../src/workflows/lib/escalation/clock';
import { MINUTE, PLAN } from '../../support/escalations';

const ZERO = Date.parse('2026-11-23T03:00:00Z');
const at = (minute: number) => ZERO + minute * MINUTE;

/** A clock whose tiers of up to this minute went out on time. */
function clockAfter(minute: number): EscalationClock {
  const clock = new EscalationClock(PLAN, ZERO);
  for (let now = 0; now <= minute; now++) page(clock, now);
  return clock;
}

function page(clock: EscalationClock, minute: number): string | null {
  const decision = clock.decide(at(minute));
  if (decision.kind !== 'page') return null;
  clock.wentOut(decision.due, at(minute));
  const { tier, chosen, collapsed } = decision.due;
  return `tier ${tier} ${chosen.key}${collapsed ? ' collapsed' : ''}`;
}

describe('the clock', () => {
  it('waits for the first tier, to the millisecond', () => {
    const clock = new EscalationClock(PLAN, ZERO);
    expect(clock.decide(at(15) - 1)).toEqual({ kind: 'wait', until: at(15) });
    expect(clock.decide(at(15))).toMatchObject({ kind: 'page', due: { tier: 1, collapsed: false } });
  });

  it('is not late within a minute, and is after it', () => {
    const due = (lateMs: number) => new EscalationClock(PLAN, ZERO).decide(at(15) + lateMs);
    expect(due(60_000)).toMatchObject({ due: { collapsed: false } });
    expect(due(60_001)).toMatchObject({ due: { collapsed: true } });
  });

  it('catches up in order and then has nothing left', () => {
    const clock = new EscalationClock(PLAN, ZERO);
    expect([page(clock, 90), page(clock, 90), page(clock, 90)]).toEqual([
      'tier 1 platform collapsed',
      'tier 2 tradingAi collapsed',
      'tier 3 engineeringManager collapsed',
    ]);
    expect(clock.decide(at(90))).toEqual({ kind: 'wait', until: null });
    expect([clock.allOut, clock.next()]).toEqual([true, null]);
  });

  it('is held by an acknowledgement until it lapses', () => {
    const clock = clockAfter(20);
    expect(clock.acknowledge('anna', at(50), at(20))).toBe(true);
    expect(clock.decide(at(49))).toEqual({ kind: 'wait', until: at(50) });
    expect(clock.next()).toMatchObject({ tier: 2, at: new Date(at(50)).toISOString() });
    expect(clock.decide(at(50))).toEqual({ kind: 'lapse', as: 'anna' });
    clock.lapse();
    expect(page(clock, 50)).toBe('tier 2 tradingAi collapsed');
    expect(clock.decide(at(50))).toEqual({ kind: 'wait', until: at(60) });
  });

  it.each([
    ['is over already', at(20)],
    ['is no time', Number.NaN],
  ])('does not take an acknowledgement that %s', (_, until) => {
    const clock = clockAfter(20);
    expect(clock.acknowledge('anna', until, at(20))).toBe(false);
    expect(clock.decide(at(30))).toMatchObject({ kind: 'page' });
  });

  it('pages the first tier now once, and the others at their time', () => {
    const clock = new EscalationClock(PLAN, ZERO);
    expect([clock.pageNow('nothing helped', at(2)), clock.pageNow('again', at(2))]).toEqual([true, false]);
    expect(clock.decide(at(2))).toMatchObject({ due: { tier: 1, reason: 'nothing helped', collapsed: false } });
    expect(page(clock, 2)).toBe('tier 1 platform');
    expect(clock.pageNow('again', at(3))).toBe(false);
    expect(clock.decide(at(3))).toEqual({ kind: 'wait', until: at(30) });
  });

  it('pages the next tier at once when one reached nobody, and only the next', () => {
    const clock = clockAfter(15);
    clock.reachedNobody(at(16));
    expect(clock.decide(at(16))).toMatchObject({ due: { tier: 2, reason: 'Tier 1 could not be delivered' } });
    page(clock, 16);
    expect(clock.decide(at(16))).toEqual({ kind: 'wait', until: at(60) });
  });

  it('goes on from carried state as if nothing had been', () => {
    const clock = clockAfter(20);
    clock.acknowledge('anna', at(50), at(20));
    const carried = new EscalationClock(PLAN, ZERO, JSON.parse(JSON.stringify(clock.state)) as typeof clock.state);
    expect([carried.next(), carried.decide(at(21))]).toEqual([clock.next(), clock.decide(at(21))]);
  });
});

describe('the team', () => {
  const key = (notify: string, time: string, first: string | null = null) =>
    teamOf(PLAN, notify, Date.parse(`2026-11-23T${time}Z`), first).key;

  it.each([
    ['07:59:59.999', 'platform'],
    ['08:00:00', 'tradingAi'],
    ['21:59:59.999', 'tradingAi'],
    ['22:00:00', 'platform'],
  ])('on duty at %s is %s', (time, team) => {
    expect(key('onDuty', time)).toBe(team);
  });

  it('other is not the one that tier 1 went to, whoever is on duty by then', () => {
    expect(key('other', '08:10:00', 'platform')).toBe('tradingAi');
    expect(key('other', '22:10:00', 'tradingAi')).toBe('platform');
  });

  it('other is not the one on duty where tier 1 went to no duty team', () => {
    expect(key('other', '03:00:00')).toBe('tradingAi');
    expect(key('other', '12:00:00', 'engineeringManager')).toBe('platform');
  });

  it('is without channels where the plan names nobody', () => {
    const nobody = { ...PLAN, duty: [] };
    expect(teamOf(nobody, 'onDuty', ZERO, null).team).toMatchObject({ slackChannel: null, pagerdutyService: null });
    expect(teamOf(PLAN, 'toString', ZERO, null).team.slackChannel).toBeNull();
  });
});
