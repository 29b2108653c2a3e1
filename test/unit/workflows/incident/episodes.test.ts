import {
  MAX_FINGERPRINTS,
  keepWithinBounds,
  newestEpisodes,
  takeIn,
} from '../../../../src/workflows/incident/episodes';
import type { Episode } from '../../../../src/workflows/incident/episodes';
import { alert } from '../../../support/incidents';
import { shuffled } from '../../../../lab/support/random';

const FIRST = '2026-11-23T10:00:00.000Z';
const SECOND = '2026-11-23T11:00:00.000Z';

function day(number: number): string {
  return new Date(Date.UTC(2026, 0, 1 + number)).toISOString();
}

/** `count` episodes, each begun a day after the one before. */
function episodesOf(count: number, status: (index: number) => Episode['status']): Episode[] {
  return Array.from({ length: count }, (_, index) => ({
    fingerprint: `f${index}`,
    startsAt: day(index),
    status: status(index),
  }));
}

describe('takeIn', () => {
  it('ends at the newest episode and its end, in whatever order the alerts come', () => {
    const all = [FIRST, SECOND].flatMap((startsAt) =>
      (['firing', 'resolved'] as const).map((status) => alert({ fingerprint: 'a', startsAt, status })),
    );
    for (let seed = 1; seed <= 50; seed++) {
      const episodes: Episode[] = [];
      for (const one of shuffled([...all, ...all], seed)) takeIn(episodes, one);
      expect(episodes).toMatchObject([{ fingerprint: 'a', startsAt: SECOND, status: 'resolved' }]);
      expect(episodes).toHaveLength(1);
    }
  });

  it('tells news from what is known and from what is over', () => {
    const episodes: Episode[] = [];
    const take = (startsAt: string, status: Episode['status']) => takeIn(episodes, alert({ startsAt, status }));
    expect(take(SECOND, 'firing')).toBe('news');
    expect(take(SECOND, 'firing')).toBe('nothing');
    expect(take(FIRST, 'firing')).toBe('older');
    expect(take(FIRST, 'resolved')).toBe('older');
    expect(episodes[0]?.status).toBe('firing');
    expect(take(SECOND, 'resolved')).toBe('news');
    expect(take(SECOND, 'firing')).toBe('nothing');
    expect(episodes).toMatchObject([{ startsAt: SECOND, status: 'resolved' }]);
  });
});

describe('an episode that fires again', () => {
  const at = (minutes: number) => new Date(Date.parse(FIRST) + minutes * 60_000).toISOString();
  const message = (status: Episode['status'], minute: number, startsAt = FIRST) =>
    alert({ startsAt, status, receivedAt: at(minute) });

  it('is open again when it comes clearly after its end, and not before', () => {
    const episodes: Episode[] = [];
    takeIn(episodes, message('firing', 0));
    takeIn(episodes, message('resolved', 1));
    expect(takeIn(episodes, message('firing', 6))).toBe('nothing');
    expect(takeIn(episodes, message('firing', 6.1))).toBe('news');
    expect(episodes).toEqual([{ fingerprint: alert().fingerprint, startsAt: FIRST, status: 'firing' }]);
    expect(takeIn(episodes, message('resolved', 7))).toBe('news');
    expect(episodes).toMatchObject([{ status: 'resolved', resolvedAt: at(7) }]);
  });

  it('is also one that is older than the newest, once that is over', () => {
    const episodes: Episode[] = [];
    takeIn(episodes, message('firing', 60, SECOND));
    expect(takeIn(episodes, message('firing', 61))).toBe('older');
    takeIn(episodes, message('resolved', 62, SECOND));
    expect(takeIn(episodes, message('firing', 63))).toBe('older');
    expect(takeIn(episodes, message('firing', 70))).toBe('news');
    expect(episodes).toMatchObject([{ startsAt: FIRST, status: 'firing' }]);
  });
});

describe('senders with clocks apart', () => {
  it.each([
    ['2026-11-23T10:59:59.999Z', 'older', 'firing'],
    [SECOND, 'news', 'resolved'],
    ['2026-11-23T11:05:00.000Z', 'news', 'resolved'],
    [undefined, 'older', 'firing'],
  ] as const)('an end at %s with an older start is %s: %s', (endsAt, meaning, status) => {
    const episodes: Episode[] = [];
    takeIn(episodes, alert({ startsAt: SECOND }));
    const resolved = alert({ startsAt: FIRST, status: 'resolved', ...(endsAt === undefined ? {} : { endsAt }) });
    expect(takeIn(episodes, resolved)).toBe(meaning);
    expect(episodes).toMatchObject([{ startsAt: SECOND, status }]);
  });

  it('a start that was clamped names one episode, however often it is clamped, and when its time has come too', () => {
    const claimedStart = '2026-11-23T10:02:00.000Z';
    const episodes: Episode[] = [];
    expect(takeIn(episodes, alert({ startsAt: FIRST, claimedStart }))).toBe('news');
    expect(takeIn(episodes, alert({ startsAt: '2026-11-23T10:01:00.000Z', claimedStart }))).toBe('nothing');
    expect(takeIn(episodes, alert({ startsAt: claimedStart }))).toBe('nothing');
    expect(takeIn(episodes, alert({ startsAt: '2026-11-23T09:50:00.000Z' }))).toBe('older');
    expect(episodes).toEqual([{ fingerprint: alert().fingerprint, startsAt: FIRST, claimedStart, status: 'firing' }]);
  });

  it.each(['9998-01-01T00:00:00Z', '0001-01-01T00:00:00Z', 'nothing', '2026-11-23T12:00:00Z'])(
    'nothing is older than an episode that began at %s',
    (claimedStart) => {
      const episodes: Episode[] = [];
      const senseless = alert({ startsAt: SECOND, claimedStart });
      takeIn(episodes, senseless);
      takeIn(episodes, { ...senseless, status: 'resolved' });
      expect(takeIn(episodes, alert({ startsAt: FIRST }))).toBe('news');
      expect(episodes).toMatchObject([{ startsAt: FIRST, status: 'firing' }]);
      expect(takeIn(episodes, senseless)).toBe('news');
    },
  );
});

describe('keepWithinBounds', () => {
  it('leaves out the oldest that is resolved, and never one that fires before it', () => {
    const episodes = episodesOf(MAX_FINGERPRINTS + 2, (index) => (index % 100 === 7 ? 'resolved' : 'firing'));
    expect(keepWithinBounds(episodes)).toBe(true);
    expect(episodes).toHaveLength(MAX_FINGERPRINTS);
    const left = episodes.map((episode) => episode.fingerprint);
    expect([left.includes('f0'), left.includes('f7'), left.includes('f107'), left.includes('f207')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('leaves out the oldest where all fire, and nothing below the bound', () => {
    const episodes = episodesOf(MAX_FINGERPRINTS + 1, () => 'firing');
    keepWithinBounds(episodes);
    expect(episodes[0]?.fingerprint).toBe('f1');
    expect(keepWithinBounds(episodes)).toBe(false);
    expect(episodes).toHaveLength(MAX_FINGERPRINTS);
  });
});

describe('newestEpisodes', () => {
  const NOW = '2026-11-23T12:00:00.000Z';
  const closed = (startsAt: string, endedAt = startsAt) => ({ startsAt, endedAt });

  it('is the newest of each fingerprint, with its end', () => {
    const episodes: Episode[] = [
      { fingerprint: 'a', startsAt: SECOND, status: 'resolved', resolvedAt: '2026-11-23T11:30:00.000Z' },
      { fingerprint: 'c', startsAt: FIRST, status: 'firing' },
      { fingerprint: 'd', startsAt: FIRST, claimedStart: 'nothing', status: 'firing' },
    ];
    const before = { a: closed(FIRST), b: closed(FIRST), c: closed(SECOND) };
    expect(newestEpisodes(before, episodes, NOW)).toEqual({
      a: closed(SECOND, '2026-11-23T11:30:00.000Z'),
      b: closed(FIRST),
      // It was an older one that was looked at again.
      c: closed(SECOND, NOW),
      d: { ...closed(FIRST, NOW), claimedStart: 'nothing' },
    });
  });

  it('forgets an episode whose start made no sense for a real one', () => {
    const before = { a: { ...closed(SECOND), claimedStart: '9998-01-01T00:00:00Z' } };
    const episodes: Episode[] = [{ fingerprint: 'a', startsAt: FIRST, status: 'firing' }];
    expect(newestEpisodes(before, episodes, NOW)).toEqual({ a: closed(FIRST, NOW) });
  });

  it('is bounded, forgets the oldest, and stays small beside what Temporal allows a memo', () => {
    const long = 'f'.repeat(60);
    const all = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`${long}${index}`, closed(day(index))]));
    const kept = newestEpisodes(all, [], NOW);
    expect(Object.keys(kept)).toHaveLength(MAX_FINGERPRINTS);
    expect(kept).toHaveProperty(`${long}899`);
    expect(kept).not.toHaveProperty(`${long}0`);
    expect(JSON.stringify(kept).length).toBeLessThan(128 * 1024);
  });
});
