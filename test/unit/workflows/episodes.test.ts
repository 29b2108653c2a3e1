import { MAX_FINGERPRINTS, keepWithinBounds, newestEpisodes, takeIn } from '../../../src/workflows/lib/episodes';
import type { Episode } from '../../../src/workflows/lib/episodes';
import { alert } from '../../support/incidents';
import { shuffled } from '../../support/shuffled';

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
      expect(episodes).toEqual([{ fingerprint: 'a', startsAt: SECOND, status: 'resolved' }]);
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
  it('is the newest of each fingerprint', () => {
    const episodes: Episode[] = [
      { fingerprint: 'a', startsAt: SECOND, status: 'resolved' },
      { fingerprint: 'c', startsAt: FIRST, status: 'firing' },
    ];
    expect(newestEpisodes({ a: FIRST, b: FIRST, c: SECOND }, episodes)).toEqual({ a: SECOND, b: FIRST, c: SECOND });
  });

  it('is bounded, forgets the oldest, and stays small beside what Temporal allows a memo', () => {
    const long = 'f'.repeat(60);
    const closed = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`${long}${index}`, day(index)]));
    const kept = newestEpisodes(closed, []);
    expect(Object.keys(kept)).toHaveLength(MAX_FINGERPRINTS);
    expect(kept).toHaveProperty(`${long}899`);
    expect(kept).not.toHaveProperty(`${long}0`);
    expect(JSON.stringify(kept).length).toBeLessThan(64 * 1024);
  });
});
