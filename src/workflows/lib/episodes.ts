import type { Alert } from '../../shared/alert';
import type { IncidentView } from '../../shared/incident';

/** The newest episode of one fingerprint, as far as the incident knows. */
export type Episode = IncidentView['alerts'][number];

/** Fingerprints that one incident follows, and that are remembered of it and of those before it. */
export const MAX_FINGERPRINTS = 500;

/**
 * What an alert says about the episodes.
 * - `news`: a new episode, or the end of one. `nothing`: it is known already.
 * - `older`: a newer episode of its fingerprint is known, so its own is over, whatever it says.
 */
export type AlertMeaning = 'news' | 'nothing' | 'older';

/**
 * Takes an alert into `episodes`, which has one entry per fingerprint: episodes of one begin one after the other, so a
 * newer one supersedes those before it.
 */
export function takeIn(episodes: Episode[], { fingerprint, startsAt, status }: Alert): AlertMeaning {
  const known = episodes.find((episode) => episode.fingerprint === fingerprint);
  if (known === undefined) {
    episodes.push({ fingerprint, startsAt, status });
    return 'news';
  }
  if (startsAt < known.startsAt) return 'older';
  if (startsAt === known.startsAt && (status === known.status || known.status === 'resolved')) return 'nothing';
  known.startsAt = startsAt;
  known.status = status;
  return 'news';
}

/**
 * Leaves out what is too much, in place: of the resolved episodes the oldest, and only when none is resolved, the oldest
 * that fires. Its alert starts another incident if it goes on firing after this one.
 *
 * @returns whether something was left out
 */
export function keepWithinBounds(episodes: Episode[]): boolean {
  const tooMany = episodes.length > MAX_FINGERPRINTS;
  while (episodes.length > MAX_FINGERPRINTS) episodes.splice(episodes.indexOf(episodes.reduce(lessNeeded)), 1);
  return tooMany;
}

function lessNeeded(a: Episode, b: Episode): Episode {
  if (a.status !== b.status) return a.status === 'resolved' ? a : b;
  return a.startsAt <= b.startsAt ? a : b;
}

/** Each fingerprint's newest episode among `closed` (fingerprint to startsAt) and `episodes`; the newest of them all. */
export function newestEpisodes(closed: Record<string, string>, episodes: readonly Episode[]): Record<string, string> {
  const newest: Record<string, string> = { ...closed };
  for (const { fingerprint, startsAt } of episodes) {
    const known = newest[fingerprint];
    if (known === undefined || known < startsAt) newest[fingerprint] = startsAt;
  }
  const byAge = Object.entries(newest).sort(([, a], [, b]) => (a < b ? 1 : -1));
  return Object.fromEntries(byAge.slice(0, MAX_FINGERPRINTS));
}
