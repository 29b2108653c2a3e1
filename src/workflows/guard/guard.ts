import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  proxyActivities,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { CoordinationActivities } from '../../activities/control/types';
import type { RunLimit } from '../../shared/run-limit';
import { searchAttributes } from '../../shared/search-attributes';
import { renderGuard } from './guard-details';
import { HostLink } from './host-link';
import { listenForPauses } from './listen-for-pauses';
import { TurnQueue } from './turn-queue';
import type { Addressed, GuardState, IncidentRun } from './guard-state';
import { continueInNewRun, isTimeToContinue, listenForMoves } from '../support/continue-when-long';
import { Door } from '../messages/door';
import { guardQuery, noteChangeSignal, releaseTurnSignal, requestTurnSignal, turnSignal } from '../messages';

export interface GuardInput extends RunLimit {
  host: string;
  /** Carried over from the run before. */
  state?: GuardState;
}

/** Where nothing is due, time still has to be looked at. */
const LONGEST_SLEEP_MS = 24 * 3_600_000;

/**
 * The interlock of one host: one remediation at a time, a budget of restarts, the pause switch, and the memory of what
 * is over. Ends when there is nothing left to remember, and is started again by the next who asks.
 */
export async function guard(input: GuardInput): Promise<void> {
  const { host, state } = input;
  const turns = new TurnQueue(host, Date.now(), state);
  const news: News = { isNew: true };
  const onMessage = <T>(change: (now: number) => T): T => {
    news.isNew = true;
    return change(Date.now());
  };
  const door = new Door((what, why) => onMessage((now) => turns.notTaken(`${what}: ${why}`, now)));
  door.signal(requestTurnSignal, (request) => onMessage((now) => turns.request(request, now)));
  door.signal(releaseTurnSignal, (release) => onMessage((now) => turns.release(release, now)));
  door.signal(noteChangeSignal, (note) => onMessage((now) => turns.noteChange(note, now)));
  listenForPauses(door, turns, onMessage);
  listenForMoves(door);
  door.query(guardQuery, () => turns.view(Date.now()));
  if (state === undefined) upsertSearchAttributes([{ key: searchAttributes.host, value: host }]);
  // A cancelled guard would end everybody's pauses without a word, and forget whose turn it is.
  const declined = 'to cancel this guard: it stays. A pause ends by "halcyon resume"';
  CancellationScope.current().cancelRequested.catch(() => onMessage((now) => turns.notTaken(declined, now)));
  await CancellationScope.nonCancellable(async () => await watchOver(input, turns, news));
}

/** Whether something came that was not looked at yet. */
interface News {
  isNew: boolean;
}

/** Until nothing is left to remember. */
async function watchOver(input: GuardInput, turns: TurnQueue, news: News): Promise<void> {
  const { host } = input;
  const onNew = () => void (news.isNew = true);
  const work = new Background();
  const link = new HostLink(host, turns, onNew);
  for (;;) {
    news.isNew = false;
    // Before anything is begun or said, which the next run does: also a storm that never rests is carried over.
    if (isTimeToContinue(input)) await continueInNewRun<typeof guard>({ ...input, state: turns.state });
    if (turns.tick(Date.now())) work.begin('reminder', () => remind(host, turns));
    link.look(Date.now());
    const holder = turns.holderToLookAt(Date.now());
    if (holder !== undefined) work.begin('look', () => look(turns, holder).finally(onNew));
    await say(turns);
    setCurrentDetails(renderGuard(turns.view(Date.now()), turns.state));
    if (!news.isNew && !turns.hasAnswers && work.isDone && turns.isForgotten(Date.now())) return;
    const wakeIn = Math.min(LONGEST_SLEEP_MS, Math.max(0, turns.nextWakeAt(Date.now()) - Date.now()));
    const isWoken = () => news.isNew || turns.hasAnswers || isTimeToContinue(input);
    if (work.isDone) await condition(isWoken, Math.max(1, wakeIn), { summary: 'Next thing due' });
    else await condition(() => isWoken() || work.isDone);
  }
}

/** Activities that the guard does not wait for: each kind one at a time. */
class Background {
  private readonly running: Record<string, true> = {};

  get isDone(): boolean {
    return Object.keys(this.running).length === 0;
  }

  begin(kind: string, work: () => Promise<void>): void {
    if (this.running[kind] === true) return;
    this.running[kind] = true;
    void work().finally(() => delete this.running[kind]);
  }
}

/** One after another to the same incident, so that it hears them in order. */
async function say(turns: TurnQueue): Promise<void> {
  const queues: Record<string, Addressed[]> = {};
  for (const answer of turns.takeAnswers()) (queues[`${answer.incidentId} ${answer.runId}`] ??= []).push(answer);
  await Promise.all(Object.values(queues).map((answers) => sayInOrder(turns, answers)));
}

async function sayInOrder(turns: TurnQueue, answers: Addressed[]): Promise<void> {
  for (const { incidentId, runId, answer } of answers) {
    try {
      await getExternalWorkflowHandle(incidentId).signal(turnSignal, { ...answer, to: runId });
    } catch {
      turns.unreachable({ incidentId, runId }, Date.now());
      return;
    }
  }
}

async function look(turns: TurnQueue, { incidentId, runId }: IncidentRun): Promise<void> {
  const { observeRun } = proxyActivities<CoordinationActivities>({
    startToCloseTimeout: '10s',
    scheduleToCloseTimeout: '1m',
    summary: `Is ${incidentId} still at work?`,
  });
  const run = { incidentId, runId };
  try {
    const { open } = await observeRun({ workflowId: incidentId, runId });
    if (open) turns.seen(run, Date.now());
    else turns.gone(run, Date.now());
  } catch {
    // Unknown is not dead: it is looked at again.
    turns.seen(run, Date.now());
  }
}

async function remind(host: string, { paused: pause }: TurnQueue): Promise<void> {
  if (pause === null) return;
  const { remindPause } = proxyActivities<CoordinationActivities>({
    startToCloseTimeout: '30s',
    scheduleToCloseTimeout: '10m',
    summary: `Changes on ${host} are paused until ${pause.until}`,
  });
  try {
    await remindPause({ host, pause });
  } catch {
    // The next reminder comes; the pause itself stands in the guard's details.
  }
}
