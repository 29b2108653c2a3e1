import type { PauseRequest, ResumeRequest } from '../../shared/safety/guard';
import { pauseMs } from '../../shared/safety/pause-limits';
import { pauseSignal, pauseUpdate, resumeSignal, resumeUpdate } from '../messages';
import { whyRefused } from '../messages/door';
import type { Door } from '../messages/door';
import type { TurnQueue } from './turn-queue';

/** People pause and resume a host: as an update, which answers, or as a signal, which Temporal keeps in order. */
export function listenForPauses(door: Door, turns: TurnQueue, onMessage: <T>(change: (now: number) => T) => T): void {
  const pause = (request: PauseRequest) =>
    onMessage((now) => {
      const { by, reason } = request;
      const { until } = turns.hold.pause({ by, reason, forMs: pauseMs(request) }, now);
      return { until };
    });
  const resume = (request: ResumeRequest) => onMessage((now) => turns.hold.resume(request, now));
  const checkEnd = (request: ResumeRequest) => {
    if (!turns.hold.canResume(request)) throw new Error(whyNotResumed(turns, request));
  };
  door.update(pauseUpdate, { take: pause });
  door.update(resumeUpdate, { check: checkEnd, take: resume });
  door.signal(pauseSignal, (request) => void pause(request));
  door.signal(resumeSignal, (request) => {
    const why = whyRefused(() => checkEnd(request));
    if (why === undefined) resume(request);
    else onMessage((now) => turns.notTaken(why, now));
  });
}

function whyNotResumed({ paused }: TurnQueue, { by }: ResumeRequest): string {
  if (paused === null) return 'changes are not paused: there is nothing to resume';
  return `${by} has no pause; ${paused.by} paused it until ${paused.until}: say that you mean all (--all, or "all": true)`;
}
