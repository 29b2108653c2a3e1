import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { followIncident } from '../../src/cli/incident/follow';
import type { IncidentView } from '../../src/shared/incident';
import { formatDuration } from '../../src/shared/text/durations';
import type { Act, Audience } from './act';
import { NotSeen } from './seen';

/** From the incident's begin to its end. */
const END_WITHIN_MS = 300_000;

/** The incident of an act, and what the audience has read of it. */
export interface OpenIncident {
  handle: WorkflowHandle;
  hasRead(text: string): boolean;
}

/** The incident to its end, and beside it what the act shows. The first of both that fails ends the other. */
export async function followBeside(act: Act, handle: WorkflowHandle, audience: Audience): Promise<IncidentView> {
  const ended = new AbortController();
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, audience.signal]);
  const fail = (err: unknown): never => {
    // Where both fail, the first says why.
    failed.abort(err);
    throw failed.signal.reason;
  };
  const telling = tellWhenWell(handle, audience.write, AbortSignal.any([ended.signal, signal]));
  const read: string[] = [];
  const write = (line: string): void => {
    read.push(line.replace(/\s+/g, ' '));
    audience.write(line);
  };
  const late = new NotSeen(`the end of its incident, within ${formatDuration(END_WITHIN_MS)}`);
  const timer = setTimeout(() => failed.abort(late), END_WITHIN_MS);
  const following = followIncident(handle, write, signal).finally(() => ended.abort());
  const hasRead = (text: string) => read.some((line) => line.includes(text));
  const showing = act.during?.({ ...audience, signal }, { handle, hasRead });
  const [view] = await Promise.all([following.catch(fail), showing?.catch(fail)]).finally(() => clearTimeout(timer));
  await telling;
  return view;
}

/** Being well is what the audience waits for. That monitoring agrees is only how it ends. */
async function tellWhenWell(handle: WorkflowHandle, write: (line: string) => void, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const view = await handle.query<IncidentView>('timeline').catch(() => undefined);
    const { receivedAt, healthyAt } = view?.measures ?? { receivedAt: '', healthyAt: null };
    if (view?.state === 'watching' && healthyAt !== null) {
      const after = formatDuration(Math.max(0, Date.parse(healthyAt) - Date.parse(receivedAt)));
      const hasAgreed = view.alerts.every(({ status }) => status === 'resolved');
      const until = hasAgreed ? 'for a moment more' : 'until monitoring agrees';
      return write(`WELL AGAIN after ${after}; the incident stays open, and looks on, ${until}`);
    }
    await sleep(100, undefined, { signal: ended }).catch(() => undefined);
  }
}
