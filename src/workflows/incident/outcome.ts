import type { Outcome } from '../../shared/incident';
import type { Incident } from './incident';

/** How an incident ends whose host is well: by what verification followed. */
export function outcomeOf(incident: Incident): Outcome {
  return incident.story.mended ?? mendedWithoutUs(incident);
}

/** It became well, and no change of Halcyon's came before that. */
export function mendedWithoutUs(incident: Incident): 'resolvedByPeople' | 'selfHealed' {
  return incident.hadPeople ? 'resolvedByPeople' : 'selfHealed';
}
