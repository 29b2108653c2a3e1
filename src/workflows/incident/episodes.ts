import type { Alert } from '../../shared/alert';
import { isCopy, isLaterEpisode, isSameEpisode } from '../../shared/episode';
import type { AlertEpisode, ClosedEpisode, ClosedEpisodes, EpisodeStart } from '../../shared/episode';

/** The newest episode of one fingerprint, as far as the incident knows. */
export type Episode = AlertEpisode;

/** Fingerprints that one incident follows, and that are remembered of it and of those before it. */
export const MAX_FINGERPRINTS = 500;

/**
 * What an alert says about the episodes.
 * - `news`: a new episode, the end of one, or one that fires again clearly after its end. `nothing`: it is known already.
 * - `older`: a newer episode of its fingerprint is known, so its own is over, whatever it says.
 */
export type AlertMeaning = 'news' | 'nothing' | 'older';

/**
 * Takes an alert into `episodes`, which has one entry per fingerprint: episodes of one begin one after the other, so a
 * newer one supersedes those before it.
 */
export function takeIn(episodes: Episode[], alert: Alert): AlertMeaning {
  const index = episodes.findIndex((episode) => episode.fingerprint === alert.fingerprint);
  const known = episodes[index];
  if (known === undefined) {
    episodes.push(episodeOf(alert));
    return 'news';
  }
  const isSame = isSameEpisode(alert, known);
  const isLater = isLaterEpisode(alert, known);
  if (isLater || (alert.status === 'firing' && firesAgain(alert, known))) {
    episodes[index] = episodeOf(alert);
    return 'news';
  }
  if (alert.status === 'resolved' && known.status === 'firing' && (isSame || ends(alert, known))) {
    episodes[index] = { ...known, status: 'resolved', resolvedAt: alert.receivedAt };
    return 'news';
  }
  return isSame ? 'nothing' : 'older';
}

function episodeOf(alert: Alert): Episode {
  const { fingerprint, status, receivedAt } = alert;
  return { fingerprint, ...startOf(alert), status, ...(status === 'resolved' ? { resolvedAt: receivedAt } : {}) };
}

function startOf({ startsAt, claimedStart }: EpisodeStart): EpisodeStart {
  return { startsAt, ...(claimedStart === undefined ? {} : { claimedStart }) };
}

/** Alertmanager let it expire, say, and its sender sends it again with the same start. */
function firesAgain(alert: Alert, { status, resolvedAt }: Episode): boolean {
  return status === 'resolved' && resolvedAt !== undefined && !isCopy(alert, resolvedAt);
}

/** Two Prometheus with clocks apart give one episode two starts, and Alertmanager's "resolved" has either of them. */
function ends({ endsAt }: Alert, { startsAt }: Episode): boolean {
  return endsAt !== undefined && endsAt >= startsAt;
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

/** Each fingerprint's newest episode among `closed` and `episodes`, which end `now` if not before; the newest of them all. */
export function newestEpisodes(closed: ClosedEpisodes, episodes: readonly Episode[], now: string): ClosedEpisodes {
  const newest: ClosedEpisodes = { ...closed };
  for (const { fingerprint, resolvedAt, ...start } of episodes) {
    const own: ClosedEpisode = { ...startOf(start), endedAt: resolvedAt ?? now };
    const known = newest[fingerprint];
    const isNewest = known === undefined || isSameEpisode(own, known) || isLaterEpisode(own, known);
    // One that is older was looked at anew: copies count from this end.
    newest[fingerprint] = isNewest ? own : { ...known, endedAt: later(known.endedAt, own.endedAt) };
  }
  const byAge = Object.entries(newest).sort(([, a], [, b]) => (a.startsAt < b.startsAt ? 1 : -1));
  return Object.fromEntries(byAge.slice(0, MAX_FINGERPRINTS));
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}
