import { EscalationClock } from '../../../../src/workflows/escalation/clock';
import { restored } from '../../../../src/workflows/escalation/restored';
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
