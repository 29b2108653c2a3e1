import type { IncidentView, TimelineEntry } from '../incident';

/** How KingFisher was when it was last looked at. `unknown`: nobody could look. */
export type Condition = 'well' | 'notReady' | 'down' | 'unknown';

/** A look at the health of KingFisher itself, or a verification of it, that ended with an answer. */
export function isHealthLook({ title, kind, status }: TimelineEntry): boolean {
  return kind !== 'change' && title.includes('/health') && (status === 'done' || status === 'notSo');
}

/** When an entry's answer was so last. */
export function lastSeen({ at, endedAt, lastAt }: TimelineEntry): string {
  return lastAt ?? endedAt ?? at;
}

/** By the newest look, or what was told of one since. */
export function conditionOf({ timeline, state }: Pick<IncidentView, 'timeline' | 'state'>): Condition {
  if (state === 'watching') return 'well';
  const [first, ...later] = timeline.filter(
    (entry) => isHealthLook(entry) || TOLD.some(([title]) => title.test(entry.title)),
  );
  if (first === undefined) return 'unknown';
  const newest = later.reduce((known, entry) => (lastSeen(entry) >= lastSeen(known) ? entry : known), first);
  return TOLD.find(([title]) => title.test(newest.title))?.[1] ?? conditionBy(newest);
}

/** What is seen while nothing is done about it is only noted. */
const TOLD: readonly [RegExp, Condition][] = [
  [/^Healthy again/, 'well'],
  [/^Not well any more/, 'down'],
];

export function conditionBy({ status, detail }: TimelineEntry): Condition {
  if (status === 'done') return 'well';
  return /\/health (?:200|ok)\b/.test(detail) ? 'notReady' : 'down';
}

/** Where it is: the host, else what the alert says. */
export function placeOf({ host, labels }: Pick<IncidentView, 'host' | 'labels'>): string {
  return host ?? labels['instance'] ?? 'an unknown host';
}
