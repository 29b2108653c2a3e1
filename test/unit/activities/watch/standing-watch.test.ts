import { healthLook } from '../../../../src/activities/host/service/health';
import { StandingWatch } from '../../../../src/activities/host/watch/standing-watch';
import { WELL, healthStanding } from '../../../../src/shared/observations/standing';
import type { EndpointState, HealthState } from '../../../../src/shared/observations/probes';
import type { ServiceState } from '../../../../src/shared/observations/service';
import type { StandingReading, WatchTerms } from '../../../../src/shared/observations/standing';
import { serviceState } from '../support/host';

const endpoint = (answer: EndpointState['answer']): EndpointState => ({
  answer,
  status: null,
  latencyMs: 1,
  detail: '',
});

function health(live: EndpointState['answer'], ready = live, failingChecks: string[] = []): HealthState {
  return { health: endpoint(live), ready: endpoint(ready), failingChecks, unchecked: [], observedAt: '' };
}

const OK = health('ok');
const DOWN = health('refused');
const LATE = health('ok', 'timeout');
const WAITING = health('ok', 'unhealthy', ['redis: refused']);

const HOUR = 3_600_000;
const WATCHED: WatchTerms = { seen: WELL, isMended: true, invocation: 'a1', wellForMs: 5_000, forMs: HOUR };
const NOT_WELL: WatchTerms = {
  seen: healthStanding(DOWN, undefined),
  isMended: false,
  invocation: null,
  wellForMs: 5_000,
  forMs: HOUR,
};

/** One look a second, of each state so many; what ends the watch, with the second in which it does. */
function play(wanted: WatchTerms, ...looks: [HealthState, number, ServiceState?][]): [number, StandingReading] | null {
  const watch = new StandingWatch(wanted, 0);
  let second = 0;
  let known: ServiceState | undefined;
  for (const [state, times, service = known] of looks) {
    known = service;
    for (let i = 0; i < times; i++) {
      const reading = watch.judge(healthLook(state, known), second * 1_000);
      if (reading !== undefined) return [second, reading];
      second += 1;
    }
  }
  return null;
}

describe('a host that is well', () => {
  it('is seen to be down within three seconds', () => {
    expect(play(WATCHED, [OK, 10], [DOWN, 10])).toEqual([
      12,
      expect.objectContaining({ ended: 'changed', standing: '/health refused, /ready refused' }),
    ]);
  });

  it('is not called down for one late answer, nor for two', () => {
    expect(play(WATCHED, [OK, 5], [LATE, 1], [OK, 5], [LATE, 2], [OK, 60])).toBeNull();
  });

  it('that goes from one fault to the next is not well all the same', () => {
    expect(play(WATCHED, [OK, 5], [DOWN, 1], [WAITING, 1], [LATE, 1])?.[0]).toBe(7);
  });

  it('that was restarted between two looks is told at once, with how often its manager did it', () => {
    const restarted = serviceState({ invocation: 'b2', restarts: 1 });
    const looks = play(WATCHED, [OK, 5, serviceState({ invocation: 'a1' })], [OK, 5, restarted]);
    expect(looks).toEqual([5, expect.objectContaining({ ended: 'restarted', invocation: 'b2', restarts: 1 })]);
  });

  it('is told of as restarted also where nobody said in which start it ran', () => {
    const unknown = { ...WATCHED, invocation: null };
    const looks: [HealthState, number, ServiceState][] = [
      [OK, 5, serviceState({ invocation: 'a1' })],
      [OK, 5, serviceState({ invocation: 'b2' })],
    ];
    expect(play(unknown, ...looks)).toEqual([5, expect.objectContaining({ ended: 'restarted' })]);
  });

  it('and stays so is looked at for the whole time', () => {
    expect(play({ ...WATCHED, forMs: 60_000 }, [OK, 100])).toEqual([
      60,
      expect.objectContaining({ ended: 'unchanged' }),
    ]);
  });

  it('in a crash loop counts as well only when one start has lasted', () => {
    const looping: WatchTerms = { ...WATCHED, seen: null, invocation: null, wellForMs: 20_000 };
    const start = (invocation: string) => serviceState({ invocation });
    expect(play(looping, [OK, 15, start('a1')], [OK, 15, start('b2')])).toBeNull();
    expect(play(looping, [OK, 15, start('a1')], [OK, 30, start('b2')])).toEqual([
      35,
      expect.objectContaining({ ended: 'changed', standing: WELL, heldMs: 20_000 }),
    ]);
  });
});

describe('a host that is not well', () => {
  it('is left alone while it stays so', () => {
    expect(play(NOT_WELL, [DOWN, 600])).toBeNull();
  });

  it('is told of when it is well, and has held that', () => {
    expect(play(NOT_WELL, [DOWN, 5], [OK, 3], [DOWN, 1], [OK, 10])).toEqual([
      14,
      expect.objectContaining({ standing: WELL, heldMs: 5_000 }),
    ]);
  });

  it('is told of when it is not well in another way that lasts', () => {
    expect(play(NOT_WELL, [DOWN, 5], [WAITING, 20])).toEqual([
      15,
      expect.objectContaining({ ended: 'changed', standing: '/health ok, /ready unhealthy (redis)' }),
    ]);
    expect(play(NOT_WELL, [DOWN, 5], [WAITING, 5], [DOWN, 30], [LATE, 5], [DOWN, 60])).toBeNull();
  });

  it.each([NOT_WELL, { ...NOT_WELL, seen: null }])(
    'that was well for a moment broke anew, in whatever way',
    (wanted) => {
      const broken = expect.objectContaining({ ended: 'brokeAnew', standing: NOT_WELL.seen, heldMs: 10_000 });
      expect(play(wanted, [DOWN, 5], [OK, 2], [DOWN, 20])).toEqual([17, broken]);
    },
  );

  it('is told of when somebody takes its mask away', () => {
    const dead = serviceState({ active: 'inactive' });
    const masked = { ...dead, load: 'masked' as const };
    const wanted = { ...NOT_WELL, seen: healthStanding(DOWN, masked) };
    expect(play(wanted, [DOWN, 60, masked])).toBeNull();
    expect(play(wanted, [DOWN, 5, masked], [DOWN, 20, dead])?.[1]).toMatchObject({
      ended: 'changed',
      standing: healthStanding(DOWN, dead),
    });
  });

  it('of which nothing is known is told of as soon as it holds', () => {
    expect(play({ ...NOT_WELL, seen: null }, [DOWN, 20])?.[0]).toBe(10);
  });
});

describe('what has no service of its own', () => {
  /** One look a second, `x` not well, `y` not well in another way, `.` well. */
  function playWords(wanted: WatchTerms, looks: string): [number, StandingReading] | null {
    const watch = new StandingWatch(wanted, 0);
    for (const [second, letter] of [...looks].entries()) {
      const reading = watch.judge({ standing: letter === '.' ? WELL : letter, observedAt: '' }, second * 1_000);
      if (reading !== undefined) return [second, reading];
    }
    return null;
  }

  it('is watched by its own words, and has no starts', () => {
    const told = { ended: 'changed', standing: 'x', invocation: '', restarts: 0 };
    expect(playWords(WATCHED, '.....xxx')).toEqual([7, expect.objectContaining(told)]);
    expect(playWords({ ...WATCHED, invocation: null }, '.'.repeat(60))).toBeNull();
    const unwell = { ...NOT_WELL, seen: 'x' };
    expect(playWords(unwell, 'x'.repeat(60))).toBeNull();
    expect(playWords(unwell, `xx${'y'.repeat(20)}`)?.[1]).toMatchObject({ ended: 'changed', standing: 'y' });
    expect(playWords(unwell, `xx.${'x'.repeat(20)}`)?.[1]).toMatchObject({ ended: 'brokeAnew', standing: 'x' });
  });
});

it('a standing has no times, processes or texts in it', () => {
  const failed = serviceState({ active: 'failed', invocation: 'zz' });
  expect(healthStanding(health('ok', 'unhealthy', ['redis: refused at 10:00', 'postgres: x']), failed)).toBe(
    'unit failed, /health ok, /ready unhealthy (postgres, redis)',
  );
});
