import { teamOf } from '../../../../src/shared/paging/escalation-team';
import { EscalationClock } from '../../../../src/workflows/escalation/clock';
import type { EscalationPlan } from '../../../../src/shared/paging/escalation';
import { MINUTE, PLAN } from '../../../support/escalations';

const ZERO = Date.parse('2026-11-23T03:00:00Z');
const at = (minute: number) => ZERO + minute * MINUTE;

/** A clock that starts at this minute after its alert. */
function clockOf(plan: Partial<EscalationPlan> = {}, begunAt = 0): EscalationClock {
  return new EscalationClock({ ...PLAN, ...plan }, ZERO, { now: at(begunAt) });
}

/** A clock whose tiers of up to this minute went out on time. */
function clockAfter(minute: number): EscalationClock {
  const clock = clockOf();
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
    const clock = clockOf();
    expect(clock.decide(at(15) - 1)).toEqual({ kind: 'wait', until: at(15) });
    expect(clock.decide(at(15))).toMatchObject({ kind: 'page', due: { tier: 1, collapsed: false, senior: false } });
  });

  it('is not late within a minute, and is after it', () => {
    const due = (lateMs: number) => clockOf().decide(at(15) + lateMs);
    expect(due(60_000)).toMatchObject({ due: { collapsed: false } });
    expect(due(60_001)).toMatchObject({ due: { collapsed: true } });
  });

  it('catches up in order, a while apart, and then has nothing left', () => {
    const clock = clockOf();
    expect(minutes(clock, 90, 200)).toEqual([
      '90 tier 1 platform collapsed',
      '95 tier 2 tradingAi collapsed',
      '100 tier 3 engineeringManager collapsed',
    ]);
    expect(clock.decide(at(200))).toEqual({ kind: 'wait', until: null });
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
    const clock = clockOf();
    expect([clock.pageNow('nothing helped', at(2)), clock.pageNow('again', at(2))]).toEqual([true, false]);
    expect(clock.decide(at(2))).toMatchObject({ due: { tier: 1, reason: 'nothing helped', collapsed: false } });
    expect(page(clock, 2)).toBe('tier 1 platform');
    expect(clock.pageNow('again', at(3))).toBe(false);
    expect(clock.decide(at(3))).toEqual({ kind: 'wait', until: at(30) });
  });

  it('pages the next tier at once when one reached nobody, and only the next', () => {
    const clock = clockAfter(15);
    clock.reachedNobody(at(16));
    expect(clock.decide(at(16))).toMatchObject({ due: { tier: 2, reason: 'the call before reached nobody' } });
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

/** What a clock pages when it is asked each minute. */
function minutes(clock: EscalationClock, from: number, to: number): string[] {
  const pages: string[] = [];
  for (let minute = from; minute <= to; minute++) {
    const decision = clock.decide(at(minute));
    if (decision.kind === 'lapse') clock.lapse();
    const paged = page(clock, minute);
    if (paged !== null) pages.push(`${minute} ${paged}`);
  }
  return pages;
}

describe('an old alert', () => {
  const OLD = 48 * 60;

  it('gives automation its time first, and calls one tier after the other', () => {
    const clock = clockOf({}, OLD);
    expect(clock.decide(at(OLD))).toEqual({ kind: 'wait', until: at(OLD + 2) });
    expect(clock.next()).toMatchObject({ tier: 1, at: new Date(at(OLD + 2)).toISOString() });
    expect(minutes(clock, OLD, OLD + 60)).toEqual([
      `${OLD + 2} tier 1 platform collapsed`,
      `${OLD + 7} tier 2 tradingAi collapsed`,
      `${OLD + 12} tier 3 engineeringManager collapsed`,
    ]);
  });

  it('of which nothing automatic is left calls the first tier at once, and the others apart', () => {
    const clock = clockOf({}, OLD);
    clock.helpless('nothing helped', at(OLD));
    expect(minutes(clock, OLD, OLD + 60).map((line) => line.split(' ')[0])).toEqual(
      [OLD, OLD + 5, OLD + 10].map(String),
    );
  });

  it('of a few minutes gets the grace, and then the times of the plan', () => {
    expect(minutes(clockOf({}, 14), 14, 90)).toEqual([
      '16 tier 1 platform',
      '30 tier 2 tradingAi',
      '60 tier 3 engineeringManager',
    ]);
  });

  it('is not held up longer than the plan holds a new one, nor its tiers farther apart', () => {
    const tiers = [
      { afterMs: 0, notify: 'onDuty' },
      { afterMs: MINUTE, notify: 'other' },
    ];
    expect(minutes(clockOf({ tiers }, OLD), OLD, OLD + 9)).toEqual([
      `${OLD} tier 1 platform collapsed`,
      `${OLD + 1} tier 2 tradingAi collapsed`,
    ]);
  });

  it('whose first tier reached nobody calls the next at once', () => {
    const clock = clockOf({}, OLD);
    page(clock, OLD + 2);
    clock.reachedNobody(at(OLD + 3));
    expect(minutes(clock, OLD + 3, OLD + 30).map((line) => line.split(' ')[0])).toEqual([
      String(OLD + 3),
      String(OLD + 8),
    ]);
  });
});

describe('tiers that became due meanwhile', () => {
  it('come apart when an acknowledgement has lapsed', () => {
    const clock = clockOf();
    clock.acknowledge('anna', at(120), at(5));
    expect(minutes(clock, 5, 200).map((line) => line.split(' ')[0])).toEqual(['120', '125', '130']);
  });

  it('come apart in the run after, from carried state', () => {
    const clock = clockOf({}, 120);
    expect(page(clock, 122)).toMatch(/^tier 1/);
    const carried = new EscalationClock(PLAN, ZERO, JSON.parse(JSON.stringify(clock.state)) as typeof clock.state);
    expect(minutes(carried, 123, 200).map((line) => line.split(' ')[0])).toEqual(['127', '132']);
  });
});

describe('with nothing automatic left', () => {
  it('a plan that says so calls the first tier at once, with the reason', () => {
    const clock = clockOf();
    expect([clock.helpless('no remedy', at(1)), clock.helpless('again', at(1))]).toEqual([true, false]);
    expect(clock.decide(at(1))).toMatchObject({ due: { tier: 1, reason: 'no remedy', collapsed: false } });
  });

  it('another calls it at its time, unless the plan gets worse', () => {
    const clock = clockOf({ onHelpless: 'onTime', urgency: 'low' });
    expect(clock.helpless('no remedy', at(1))).toBe(false);
    expect(clock.decide(at(1))).toEqual({ kind: 'wait', until: at(15) });
    clock.replan(PLAN, at(3));
    expect(clock.decide(at(3))).toMatchObject({ due: { tier: 1, reason: 'no remedy', collapsed: false } });
  });
});

describe('a plan that is quiet', () => {
  const quiet = { until: new Date(at(1_440)).toISOString(), reason: 'known' };

  it('calls nobody before its end, and counts from it', () => {
    const clock = clockOf({ quiet });
    expect([clock.quietUntil(at(1_439)), clock.quietUntil(at(1_440))]).toEqual([at(1_440), null]);
    expect(minutes(clock, 0, 1_600)).toEqual([
      '1455 tier 1 platform',
      '1470 tier 2 tradingAi',
      '1500 tier 3 engineeringManager',
    ]);
  });

  it('calls the first tier at its end when nothing automatic is left, or nothing at all works on it', () => {
    const clock = clockOf({ quiet });
    clock.helpless('no remedy', at(1));
    clock.pageNow('terminated', at(2));
    expect(clock.decide(at(1_439))).toEqual({ kind: 'wait', until: at(1_440) });
    expect(minutes(clock, 1_439, 1_480).map((line) => line.split(' ')[0])).toEqual(['1440', '1470']);
  });
});

describe('a plan without tiers', () => {
  it('calls nobody, whatever happens', () => {
    const clock = clockOf({ tiers: [], notify: 'none' });
    clock.helpless('no remedy', at(1));
    clock.pageNow('terminated', at(2));
    expect(clock.decide(at(999))).toEqual({ kind: 'wait', until: null });
    expect([clock.allOut, clock.next()]).toEqual([true, null]);
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

describe('a host that is well', () => {
  it('rings nobody, and its time does not count', () => {
    const clock = clockOf();
    clock.stands(true, at(5));
    expect(minutes(clock, 5, 120)).toEqual([]);
    expect([clock.next(), clock.stillSince]).toEqual([null, at(5)]);
    clock.stands(false, at(120));
    expect(clock.stillSince).toBeNull();
    expect(minutes(clock, 120, 200)).toEqual([
      '130 tier 1 platform',
      '145 tier 2 tradingAi',
      '175 tier 3 engineeringManager',
    ]);
  });

  it('is news once, and so is its end', () => {
    const clock = clockOf();
    const said = [false, true, true, false, false].map((isWell, minute) => clock.stands(isWell, at(minute)));
    expect(said).toEqual([false, true, false, true, false]);
    // Well from 1 to 3.
    expect(minutes(clock, 4, 20)).toEqual(['17 tier 1 platform']);
  });

  it('has people called as soon as it is not well, if they became necessary meanwhile', () => {
    const clock = clockOf({ onHelpless: 'now' });
    clock.stands(true, at(1));
    clock.helpless('no remedy is left', at(2));
    clock.stands(false, at(3));
    expect(page(clock, 3)).toBe('tier 1 platform');
  });

  it('that dies again and again is told at once all the same', () => {
    const clock = clockOf();
    clock.stands(true, at(1));
    clock.pageNow('it dies again', at(2));
    expect(minutes(clock, 2, 90)).toEqual(['2 tier 1 platform']);
  });

  it('has no use for what made people necessary before', () => {
    const clock = clockOf({ onHelpless: 'now' });
    clock.helpless('no remedy is left', at(0));
    clock.stands(true, at(0));
    clock.stands(false, at(10));
    expect(page(clock, 10)).toBeNull();
    clock.helpless('no remedy is left again', at(11));
    expect(page(clock, 11)).toBe('tier 1 platform');
  });
});
