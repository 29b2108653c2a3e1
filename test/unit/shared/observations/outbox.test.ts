import {
  directionOf,
  isContradictory,
  isHeadExhausted,
  isHeadStuck,
  outboxStanding,
} from '../../../../src/shared/observations/outbox';
import type { OutboxHead, OutboxReading, OutboxRows } from '../../../../src/shared/observations/outbox';

const HEAD: OutboxHead = {
  id: '17',
  eventType: 'cluster.found',
  exchange: 'kingfisher.events',
  routingKey: 'clusters',
  createdAt: '2026-01-01T00:00:00.000Z',
  attempts: 5,
  maxAttempts: 5,
  isDue: true,
  isOvertaken: false,
  error: 'payload too large',
};

function reading(pending: number | null, head: Partial<OutboxHead> | null = null, rows: Partial<OutboxRows> = {}) {
  const source = { evidence: 'present', pending, oldestAgeS: null, detail: '' } as const;
  const all = { waitingBehind: 9, exhausted: 1, lastPublishedAt: null, ...rows };
  const table = { ...source, rows: { ...all, head: head === null ? null : { ...HEAD, ...head } } };
  return { pending, oldestAgeS: null, endpoint: source, table, observedAt: '' } satisfies OutboxReading;
}

describe('how an outbox stands', () => {
  it.each([
    [reading(100), 'level', 'well'],
    [reading(0), 'unknown', 'well'],
    [reading(500), 'falling', 'well'],
    [reading(101), 'level', 'outbox above its limit and not falling'],
    [reading(101), 'rising', 'outbox above its limit and not falling'],
    [reading(101), 'unknown', 'outbox above its limit and not falling'],
    [reading(101, {}), 'level', 'outbox above its limit and not falling, its oldest event has no attempts left'],
    [reading(null), 'unknown', 'outbox cannot be read'],
  ] as const)('%# is %s', (seen, direction, standing) => {
    expect(outboxStanding(seen, 100, direction)).toBe(standing);
  });

  it('goes where two looks say, and nowhere when one of them saw nothing', () => {
    expect(directionOf(reading(3), reading(2))).toBe('falling');
    expect(directionOf(reading(3), reading(3))).toBe('level');
    expect(directionOf(reading(3), reading(4))).toBe('rising');
    expect(directionOf(reading(null), reading(0))).toBe('unknown');
    expect(directionOf(reading(3), reading(null))).toBe('unknown');
  });

  it('is contradictory where the two places differ about the limit, and not where their numbers do', () => {
    const differing = (said: number | null) => ({ ...reading(500), endpoint: { ...reading(said).endpoint } });
    expect(isContradictory(differing(0), 100)).toBe(true);
    expect(isContradictory(differing(499), 100)).toBe(false);
    expect(isContradictory(differing(null), 100)).toBe(false);
    expect(isContradictory({ ...differing(0), table: null }, 100)).toBe(false);
  });
});

describe('an event that blocks all others', () => {
  const blocking = (head: Partial<OutboxHead> = {}, rows: Partial<OutboxRows> = {}) => reading(500, head, rows);

  it('has no attempts left, has failed, and others wait behind it', () => {
    expect(isHeadExhausted(blocking())).toBe(true);
    expect(isHeadExhausted(blocking({ attempts: 4 }))).toBe(false);
    expect(isHeadExhausted(blocking({ maxAttempts: null }))).toBe(false);
    expect(isHeadExhausted(blocking({ error: '' }))).toBe(false);
    expect(isHeadExhausted(blocking({}, { waitingBehind: 0 }))).toBe(false);
    expect(isHeadExhausted(reading(500))).toBe(false);
    expect(isHeadExhausted({ ...blocking(), table: null })).toBe(false);
  });

  it('was overtaken by nobody; where that is unknown, it is not taken for one', () => {
    for (const isOvertaken of [true, null]) {
      expect(isHeadExhausted(blocking({ isOvertaken }))).toBe(false);
      expect(isHeadStuck(blocking({ isOvertaken }), blocking({ isOvertaken }))).toBe(false);
    }
  });

  it('does not move, is not tried, and nothing else is published meanwhile', () => {
    const some = { attempts: 2 };
    expect(isHeadStuck(blocking(), blocking())).toBe(true);
    expect(isHeadStuck(blocking(some), blocking(some))).toBe(true);
    expect(isHeadStuck(blocking(some), blocking({ attempts: 3 }))).toBe(false);
    expect(isHeadStuck(blocking({ id: '16' }), blocking())).toBe(false);
    expect(isHeadStuck(blocking({ ...some, isDue: false }), blocking(some))).toBe(false);
    expect(isHeadStuck(blocking(some), blocking(some, { lastPublishedAt: '2026-01-02T00:00:00.000Z' }))).toBe(false);
    expect(isHeadStuck({ ...blocking(), table: null }, blocking())).toBe(false);
  });
});
