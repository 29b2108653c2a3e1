import type { FailureRate } from '../../../../src/shared/observations/pipeline';
import { describeRate } from '../../../../src/workflows/steps/pipeline/failures';

const rate = (per5m: number | null, seenMs: number): FailureRate => ({
  per5m,
  seenMs,
  isPaused: false,
  detail: '',
  answer: 'ok',
  observedAt: '2026-11-30T03:00:00Z',
});

it.each([
  [1008.3, 8_000, 'notSo', '1008 in 5 m at this pace, more than 5 (seen over 8 s)'],
  [7.5, 300_000, 'notSo', '7.5 in 5 m, more than 5 (seen over 5 m)'],
  [0, 60_000, 'done', '0 in 5 m, at most 5 (seen over 1 m)'],
] as const)('%p failures in 5 minutes, seen over %p ms', (per5m, seenMs, status, detail) => {
  expect(describeRate(rate(per5m, seenMs), 5)).toMatchObject({ status, detail });
});

it('a rate that nobody knows is no good one', () => {
  expect(describeRate(rate(null, 0), 5)).toMatchObject({ status: 'notSo', detail: 'not known: ok' });
});
