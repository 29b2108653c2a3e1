import { setHandler } from '@temporalio/workflow';
import type { PauseRequest, ResumeRequest } from '../../shared/safety/guard';
import { checkPause, checkResume, pauseMs } from '../../shared/safety/pause-limits';
import { texts } from '../message-texts';
import { pauseSignal, pauseUpdate, resumeSignal, resumeUpdate } from '../messages';
import { refusing, whyRefused } from '../support/update-checks';
import type { TurnQueue } from './turn-queue';

/** People pause and resume a host: as an update, which answers, or as a signal, which Temporal keeps in order. */
export function listenForPauses(turns: TurnQueue, onMessage: <T>(change: (now: number) => T) => T): void {
  const pause = (request: PauseRequest) =>
    onMessage((now) => {
      const { by, reason } = request;
      const { until } = turns.pause({ by, reason, forMs: pauseMs(request) }, now);
      return { until };
    });
  const resume = (request: ResumeRequest) => onMessage((now) => turns.resume(request, now));
  const checkEnd = (request: ResumeRequest) => {
    checkResume(request);
    if (!turns.canResume(request)) throw new Error(whyNotResumed(turns, request));
  };
  setHandler(pauseUpdate, pause, { ...texts.pause, validator: (request) => refusing(() => checkPause(request)) });
  setHandler(resumeUpdate, resume, { ...texts.resume, validator: (request) => refusing(() => checkEnd(request)) });
  const takePause = (request: PauseRequest) =>
    takeOrNote(
      () => checkPause(request),
      () => void pause(request),
    );
  const takeResume = (request: ResumeRequest) =>
    takeOrNote(
      () => checkEnd(request),
      () => resume(request),
    );
  setHandler(pauseSignal, takePause, texts.pauseSignal);
  setHandler(resumeSignal, takeResume, texts.resumeSignal);

  function takeOrNote(check: () => void, take: () => void): void {
    const why = whyRefused(check);
    if (why === undefined) take();
    else onMessage((now) => turns.notTaken(why, now));
  }
}

function whyNotResumed({ paused }: TurnQueue, { by }: ResumeRequest): string {
  if (paused === null) return 'changes are not paused: there is nothing to resume';
  return `${by} has no pause; ${paused.by} paused it until ${paused.until}: say that you mean all (--all, or "all": true)`;
}
