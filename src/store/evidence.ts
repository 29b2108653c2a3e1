import type { IncidentView } from '../shared/incident';
import type { TimelineEntry } from '../shared/timeline';
import type { Row } from './table';

/** Where the evidence of an incident is: by reference, for it may be large, and stays on its host. */
export function evidenceOf({ timeline }: Pick<IncidentView, 'timeline'>): Row[] {
  return timeline.flatMap((entry) => {
    const { id: step, at, endedAt = at } = entry;
    return entry.status === 'done' ? placesIn(entry).map((place) => ({ step, at: endedAt, ...place })) : [];
  });
}

function placesIn({ kind, title, after, detail }: TimelineEntry): { kind: string; place: string; detail: string }[] {
  if (kind !== 'change' || typeof after !== 'object' || after === null) return [];
  if ('manifestSha256' in after && 'path' in after && typeof after.manifestSha256 === 'string') {
    return [{ kind: 'backup', place: String(after.path), detail: `manifest ${after.manifestSha256}` }];
  }
  if ('corrupt' in after && 'examples' in after) return [{ kind: 'images', place: 'quarantine of images', detail }];
  if ('event' in after && after.event === 'quarantined')
    return [{ kind: 'event', place: 'quarantine of events', detail: title }];
  return [];
}
