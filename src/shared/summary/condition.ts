import type { SubjectCondition, TimelineEntry } from '../timeline';
import type { IncidentView } from '../incident';

/** An entry that saw what its page is about. */
export type Seen = TimelineEntry & { condition: SubjectCondition };

export function hasSeen(entry: TimelineEntry): entry is Seen {
  return entry.condition !== undefined;
}

/** When an entry's answer was so last. */
export function lastSeen({ at, endedAt, lastAt }: TimelineEntry): string {
  return lastAt ?? endedAt ?? at;
}

/** By the newest look, or what was told of one since. `unknown`: nobody could look. */
export function conditionOf({
  timeline,
  state,
}: Pick<IncidentView, 'timeline' | 'state'>): SubjectCondition | 'unknown' {
  if (state === 'watching') return 'well';
  const [first, ...later] = timeline.filter(hasSeen);
  if (first === undefined) return 'unknown';
  return later.reduce((known, entry) => (lastSeen(entry) >= lastSeen(known) ? entry : known), first).condition;
}

/** Where it is: the host, else what the alert says. */
export function placeOf({ host, labels }: Pick<IncidentView, 'host' | 'labels'>): string {
  return host ?? labels['instance'] ?? 'an unknown host';
}
