import {
  ApplicationFailure,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { CoordinationActivities } from '../activities/control/types';
import { formatDuration, parseDuration } from '../shared/durations';
import type { PauseRequest } from '../shared/guard';
import { searchAttributes } from '../shared/search-attributes';
import { renderGuard } from './lib/guard-details';
import { TurnQueue } from './lib/turn-queue';
import type { Addressed, GuardState, IncidentRun } from './lib/turn-queue';
import {
  guardQuery,
  noteChangeSignal,
  pauseUpdate,
  releaseTurnSignal,
  requestTurnSignal,
  resumeUpdate,
  turnSignal,
} from './messages';

export interface GuardInput {
  host: string;
  /** Carried over from the run before. */
  state?: GuardState;
}

/** A history is replayed within one workflow task, which has five seconds also on a machine that is busy healing. */
const MAX_EVENTS = 1_000;
const DEFAULT_PAUSE = '2h';
const LONGEST_PAUSE_MS = 7 * 24 * 3_600_000;
const LONGEST_TEXT = 500;
/** Where nothing is due, time still has to be looked at. */
const LONGEST_SLEEP_MS = 24 * 3_600_000;

/**
 * The interlock of one host: one remediation at a time, a budget of restarts, the pause switch, and the memory of what
 * is over. Ends when there is nothing left to remember, and is started again by the next who asks.
 */
export async function guard({ host, state }: GuardInput): Promise<void> {
  const turns = new TurnQueue(host, Date.now(), state);
  const work = new Background();
  let isNew = true;
  const onMessage = (change: (now: number) => void) => {
    change(Date.now());
    isNew = true;
  };
  setHandler(requestTurnSignal, (request) => onMessage((now) => turns.request(request, now)));
  setHandler(releaseTurnSignal, (release) => onMessage((now) => turns.release(release, now)));
  setHandler(noteChangeSignal, (note) => onMessage((now) => turns.noteChange(note, now)));
  setHandler(
    pauseUpdate,
    (request) => {
      isNew = true;
      const { until } = turns.pause({ ...request, forMs: pauseMs(request) }, Date.now());
      return { until };
    },
    { validator: refuseBadPause },
  );
  setHandler(
    resumeUpdate,
    ({ by, reason }) => onMessage((now) => turns.resume(reason === undefined ? by : `${by}: ${reason}`, now)),
    {
      validator: ({ by }) => {
        refuseEmpty('by', by);
        if (turns.state.pause === null) throw refused(`changes on ${host} are not paused: there is nothing to resume`);
      },
    },
  );
  setHandler(guardQuery, () => turns.view(Date.now()));
  if (state === undefined) upsertSearchAttributes([{ key: searchAttributes.host, value: host }]);

  for (;;) {
    isNew = false;
    // Before anything is begun or said, which the next run does: also a storm that never rests is carried over.
    if (isLong()) await continueAsNew<typeof guard>({ host, state: turns.state });
    if (turns.tick(Date.now())) work.begin('reminder', () => remind(host, turns));
    const holder = turns.holderToLookAt(Date.now());
    if (holder !== undefined) work.begin('look', () => look(turns, holder).finally(() => (isNew = true)));
    await say(turns);
    setCurrentDetails(renderGuard(turns.view(Date.now()), turns.state));
    if (!isNew && !turns.hasAnswers && work.isDone && turns.isForgotten(Date.now())) return;
    const wakeIn = Math.min(LONGEST_SLEEP_MS, Math.max(0, turns.nextWakeAt() - Date.now()));
    const isWoken = () => isNew || turns.hasAnswers;
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
      await getExternalWorkflowHandle(incidentId, runId).signal(turnSignal, answer);
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

async function remind(host: string, { state }: TurnQueue): Promise<void> {
  if (state.pause === null) return;
  const { by, reason, since, until } = state.pause;
  const { remindPause } = proxyActivities<CoordinationActivities>({
    startToCloseTimeout: '30s',
    scheduleToCloseTimeout: '10m',
    summary: `Changes on ${host} are paused until ${until}`,
  });
  try {
    await remindPause({ host, pause: { by, reason, since, until } });
  } catch {
    // The next reminder comes; the pause itself stands in the guard's details.
  }
}

function isLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength > MAX_EVENTS || continueAsNewSuggested;
}

function refuseBadPause(request: PauseRequest): void {
  refuseEmpty('by', request.by);
  refuseEmpty('reason', request.reason);
  pauseMs(request);
}

function refuseEmpty(key: string, text: unknown): void {
  if (typeof text !== 'string' || text.trim() === '') throw refused(`${key}: expected a few words, got none`);
  if (text.length > LONGEST_TEXT) throw refused(`${key}: expected at most ${LONGEST_TEXT} characters`);
}

function pauseMs({ for: text = DEFAULT_PAUSE }: PauseRequest): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) throw refused(`for: "${text}" is no duration such as 30m, 2h or 1d`);
  if (ms > LONGEST_PAUSE_MS) {
    throw refused(`for: ${text} is longer than the ${formatDuration(LONGEST_PAUSE_MS)} that a pause may last`);
  }
  return ms;
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'RequestRefused');
}
