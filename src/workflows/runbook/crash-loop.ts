import { roughDuration } from '../../shared/text/durations';
import type { Incident } from '../incident/incident';
import type { Safety } from '../safety/safety';

export const CRASH_LOOP = 'CrashLoop';

/** Dying soon after it was mended is a finding of its own: no restart ends it, so people are called at once. */
export function noteDeath(incident: Incident, safety: Pick<Safety, 'escalateNow'>, page: string, how: string): void {
  const { wasNotWell, wellSince } = incident.story;
  const lastedMs = wellSince === null ? 0 : Date.now() - wellSince;
  incident.noteNotWell();
  if (!wasNotWell || lastedMs >= incident.input.policy.steadyForMs) return;
  const what = `KingFisher died again ${roughDuration(lastedMs)} after it was well`;
  incident.addFinding(CRASH_LOOP, page, `${what}: ${how}`);
  safety.escalateNow(what);
}
