import type { IncidentView } from '../../../shared/incident';

/** Why something is changed now: the cause that is acted on, else what a person said who began it. */
export function whyChanged({ cause, startedBy }: Pick<IncidentView, 'cause' | 'startedBy'>): string | undefined {
  return cause === null ? startedBy?.reason : `${cause.cite} ${cause.title}: ${cause.evidence}`;
}
