import type { Outcome } from '../../shared/incident';
import type { Incident } from './incident';

/** How an incident ends whose host is well: by what verification followed. */
export function outcomeOf(incident: Incident): Outcome {
  return incident.story.mended ?? mendedWithoutUs(incident);
}

/** It became well, and no change of Halcyon's came before that. */
export function mendedWithoutUs(incident: Incident): 'resolvedByPeople' | 'selfHealed' {
  return hadPeople(incident) ? 'resolvedByPeople' : 'selfHealed';
}

/** Somebody was paged, took it, answered something or closed it. */
export function hadPeople(incident: Pick<Incident, 'view' | 'isClosedByPerson'>): boolean {
  return incident.view.tier > 0 || isTaken(incident);
}

/** Somebody who was called has it, answered something, or closes it. */
export function isTaken({ view, isClosedByPerson }: Pick<Incident, 'view' | 'isClosedByPerson'>): boolean {
  const { acknowledged, approvals } = view;
  return acknowledged !== null || isClosedByPerson || approvals.some((one) => one.answeredBy !== null);
}
