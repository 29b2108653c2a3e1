import { broken, secondsOf } from '../../../lab/soak/report';
import type { Sample, SoakRecord } from '../../../lab/soak/record';
import { FAULTS, schedule } from '../../../lab/soak/schedule';
import { judge } from '../../../lab/soak/verdict';
import type { Bounds, Verdict } from '../../../lab/soak/verdict';

const MINUTE = 60_000;
const BOUNDS: Bounds = { detectionMs: 71_000, unwatchedMs: 60_000, untoldMs: 221_000 };
const UNITS = { 'kingfisher.service': 'kingfisher', 'redis-server.service': 'redis' } as const;

describe('the schedule', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(schedule(7, 30 * MINUTE)).toEqual(schedule(7, 30 * MINUTE));
    expect(schedule(7, 30 * MINUTE)).not.toEqual(schedule(8, 30 * MINUTE));
  });

  it('begins the same however long it is', () => {
    const short = schedule(7, 10 * MINUTE);
    expect(schedule(7, 30 * MINUTE).slice(0, short.length)).toEqual(short);
  });

  it('has every fault and every part sooner or later, in the order of time and within the length', () => {
    const happenings = schedule(1, 24 * 60 * MINUTE);
    const times = happenings.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(24 * 60 * MINUTE);
    const names = new Set(happenings.map((one) => (one.kind === 'fault' ? one.name : one.part)));
    expect([...names].sort()).toEqual([...Object.keys(FAULTS), 'agent', 'alertmanager', 'controller'].sort());
  });
});

/** A sample a second; each letter is one: w well, d down and nothing known, f the alert fires, o an open incident that only waits, r one at work. */
function samples(letters: string, told = ''): Sample[] {
  return [...letters].map((letter, second) => ({
    at: second * 1_000,
    well: letter === 'w',
    fires: letter === 'f',
    incident:
      letter === 'o' || letter === 'r'
        ? {
            runId: 'run',
            state: letter === 'r' ? 'remedying' : 'watching',
            activities: letter === 'r' ? ['ensureRestarted'] : ['watchReading'],
          }
        : null,
    told: told[second] === 't',
  }));
}

function verdictOf(record: Partial<SoakRecord>): Verdict {
  return judge({ samples: [], faults: [], ownWork: [], unitStops: [], ...record }, BOUNDS, UNITS);
}

describe('unwatched', () => {
  const unwatched = (letters: string, record: Partial<SoakRecord> = {}) =>
    secondsOf(verdictOf({ samples: samples(letters), ...record }).unwatched);

  it('counts from the alert where nothing is open, and ends when something works', () => {
    expect(unwatched(`w${'d'.repeat(10)}${'f'.repeat(5)}rrw`)).toBe(5);
  });

  it('counts from the death where an incident is open that only waits', () => {
    expect(unwatched(`w${'o'.repeat(9)}rw`)).toBe(9);
  });

  it('counts without any alert once the rule should long have fired', () => {
    expect(unwatched(`w${'d'.repeat(100)}w`)).toBe(29);
  });

  it('does not count while only people can help', () => {
    const span = { name: 'masked', dependency: 'redis', from: 0, to: 20_000 } as const;
    expect(unwatched(`w${'o'.repeat(30)}w`, { faults: [span] })).toBe(10);
    expect(unwatched(`w${'o'.repeat(30)}w`, { faults: [{ ...span, name: 'crash' }] })).toBe(30);
  });
});

it('untold ends with a ring, and with the outage', () => {
  const letters = `w${'o'.repeat(6)}wooo`;
  expect(secondsOf(verdictOf({ samples: samples(letters) }).untold)).toBe(6);
  expect(secondsOf(verdictOf({ samples: samples(letters, '...tttttttt') }).untold)).toBe(2);
});

describe('wrong restarts', () => {
  const wrong = (record: Partial<SoakRecord>) => verdictOf(record).wrongRestarts.map(({ unit }) => unit);
  const [kingfisher, redis] = ['kingfisher.service', 'redis-server.service'];

  it('of KingFisher are those while it was healthy, by anybody but the soak', () => {
    const stops = { unitStops: [{ unit: kingfisher, at: 5_500 }] };
    expect(wrong({ samples: samples('wwwwwwww'), ...stops })).toEqual([kingfisher]);
    expect(wrong({ samples: samples('wwwwooww'), ...stops })).toEqual([]);
    const ownWork = [{ unit: kingfisher, from: 5_000, to: 6_000 }];
    expect(wrong({ samples: samples('wwwwwwww'), ownWork, ...stops })).toEqual([]);
  });

  it('of a dependency are those while it was only busy', () => {
    const stops = { unitStops: [{ unit: redis, at: 5_500 }] };
    const span = { dependency: 'redis', from: 0, to: 6_000 } as const;
    expect(wrong({ faults: [{ name: 'dependencyBusy', ...span }], ...stops })).toEqual([redis]);
    expect(wrong({ faults: [{ name: 'dependencyStopped', ...span }], ...stops })).toEqual([]);
    expect(wrong({ faults: [{ name: 'dependencyStopped', ...span, dependency: 'rabbitmq' }], ...stops })).toEqual([
      redis,
    ]);
  });
});

it('names each bound that is broken, and none that holds', () => {
  const kept = { down: null, unwatched: { from: 0, to: 60_000 }, untold: { from: 0, to: 221_000 }, wrongRestarts: [] };
  expect(broken(kept, BOUNDS)).toEqual([]);
  const over = { ...kept, unwatched: { from: 0, to: 60_100 }, wrongRestarts: [{ unit: 'x.service', at: 0 }] };
  expect(broken(over, BOUNDS)).toEqual([
    'down and nothing ran for 60.1 s, allowed are 60 s',
    '00:00:00 x.service was stopped though it was not down',
  ]);
});
