import { roughDuration } from '../../shared/text/durations';
import type { Incident } from '../incident/incident';
import type { Safety } from '../safety/safety';
import type { Watched } from './watched';

export const CRASH_LOOP = 'CrashLoop';

/**
 * It was well, and is not any more. A service that dies soon after it was mended is a finding of its own: no restart ends
 * that, so people are called at once.
 */
export function noteNotWellAnyMore(
  incident: Incident,
  safety: Pick<Safety, 'escalateNow'>,
  { page, watch }: { page: string; watch: Watched | null },
  how: string,
): void {
  const { wasNotWell, wellSince } = incident.story;
  const lastedMs = wellSince === null ? 0 : Date.now() - wellSince;
  incident.noteNotWell();
  if (watch?.isService !== true || !wasNotWell || lastedMs >= incident.input.policy.steadyForMs) return;
  const what = `${watch.subject} died again ${roughDuration(lastedMs)} after it was well`;
  incident.addFinding(CRASH_LOOP, page, `${what}: ${how}`);
  safety.escalateNow(what);
}
