import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  TimeoutFailure,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import type { ActivityInterfaceFor } from '@temporalio/workflow';
import type { RecoveryActivities } from '../../activities/host/recovery-types';
import type { HostActivities } from '../../activities/host/types';
import type { FailureType } from '../../shared/failures';
import type { Change } from '../../shared/observations';
import type { ChangePermit } from '../../shared/permit';
import { hostTaskQueue } from '../../shared/task-queues';
import type { EntryKind, EntryStatus, IncidentState, RunbookPolicy } from '../../shared/incident';
import { noteAgentAway, noteAgentBack, wasNotTaken } from './agent-presence';
import type { Change as Asked, Gate } from './gate';
import type { Incident } from './incident';
import type { Step } from './step';

export type { Step };

/** Activities of one host, each call shown in Temporal UI under its step's title. */
export type Host = ActivityInterfaceFor<AgentActivities>;

type AgentActivities = HostActivities & RecoveryActivities;

/** How a step's result reads in the timeline; a bare text is `done`. */
export type Told = string | { status: EntryStatus; detail: string };

const READ_MS = 15_000;
/** Longer than systemd's own TimeoutStopSec of 90 s. */
const CHANGE_MS = 180_000;
const HEARTBEAT_TIMEOUT_MS = 3_000;
/** Once the agent is known to be away, work waits this long for it in one piece; then it is asked whether to go on. */
const AWAY_SCHEDULE_TO_START_MS = 10_000;

/**
 * Runs a runbook's steps on the incident's host: timeline entry, summary in the UI, and the same answer to an agent
 * that is away for all of them.
 */
export class HostSteps {
  /** What the incident did when its agent went away. */
  private stateBefore: IncidentState = 'diagnosing';
  /** When these steps last saw the host well, whatever step saw it. Epoch milliseconds of the workflow. */
  seenWellAt: number | null = null;

  constructor(
    private readonly incident: Incident,
    private readonly host: string,
    /** Epoch milliseconds after which an agent that is away is no longer waited for. */
    private readonly giveUpAt: number,
    /** Asked before every change. */
    private readonly gate: Gate,
  ) {}

  get policy(): RunbookPolicy {
    return this.incident.input.policy;
  }

  /** A step that only reads. What cannot be observed is a finding and `undefined`, never an error: unknown is not good. */
  async observe<T>(step: Step, call: (host: Host) => Promise<T>, tell: (result: T) => Told): Promise<T | undefined> {
    return await this.wait(step, 0, call, tell, 'look');
  }

  /** A step that reads until a condition, or until `deadlineMs` at the most. */
  async wait<T>(
    step: Step,
    deadlineMs: number,
    call: (host: Host) => Promise<T>,
    tell: (result: T) => Told,
    kind: EntryKind = 'verification',
  ): Promise<T | undefined> {
    try {
      return await this.run(step, kind, deadlineMs + READ_MS, call, tell);
    } catch (err) {
      if (!isStepFailure(err)) throw err;
      if (isFailure(err, 'NotConfigured')) return undefined;
      this.incident.find(failureType(err) ?? 'ObservationFailed', step.cite, `${step.title}: ${reason(err)}`);
      return undefined;
    }
  }

  /** A step that may change something. Throws what stopped it, or that it may not, after noting it. */
  async act<C extends Change<unknown>>(
    step: Step,
    asked: Asked,
    call: (host: Host, permit: ChangePermit) => Promise<C>,
    tell: (result: C) => string,
  ): Promise<C> {
    const permit = await this.permitted(step, asked);
    try {
      const result = await this.run(
        step,
        'change',
        CHANGE_MS,
        (host) => call(host, permit),
        (change) => ({
          status: change.changed ? 'done' : 'noChange',
          detail: [tell(change), ...change.notes].join('; '),
        }),
      );
      if (result.changed) this.incident.story.changes += 1;
      this.gate.made?.(step, null);
      return result;
    } catch (err) {
      // What a failed step did before it failed is unknown.
      this.incident.story.changes += 1;
      this.gate.made?.(step, reason(err));
      if (isStepFailure(err)) {
        this.incident.find(failureType(err) ?? 'StepFailed', step.cite, `${step.title}: ${reason(err)}`);
      }
      throw err;
    }
  }

  /** `act` where the remedy can go on without it: the failure stays in the findings. */
  async tryAct<C extends Change<unknown>>(
    step: Step,
    asked: Asked,
    call: (host: Host, permit: ChangePermit) => Promise<C>,
    tell: (result: C) => string,
  ): Promise<C | undefined> {
    try {
      return await this.act(step, asked, call, tell);
    } catch (err) {
      if (!isStepFailure(err)) throw err;
      return undefined;
    }
  }

  /** A change that may not be is no failure of the step: it is left out, and people hear why once. */
  private async permitted(step: Step, asked: Asked): Promise<ChangePermit> {
    try {
      return await this.gate.permit(step, asked);
    } catch (err) {
      if (!isFailure(err, 'ChangeRefused')) throw err;
      this.incident.begin(step.cite, step.title, 'change')('skipped', reason(err));
      if (!this.incident.hasFinding('ChangeRefused')) {
        this.incident.find('ChangeRefused', step.cite, `${step.title}: ${reason(err)}`);
      }
      throw err;
    }
  }

  private async run<T>(
    step: Step,
    kind: EntryKind,
    startToCloseTimeout: number,
    call: (host: Host) => Promise<T>,
    tell: (result: T) => Told,
  ): Promise<T> {
    const end = this.incident.begin(step.cite, step.title, kind);
    try {
      const result = await this.untilTaken(step, kind, startToCloseTimeout, call);
      const told = tell(result);
      if (typeof told === 'string') end('done', told);
      else end(told.status, told.detail);
      return result;
    } catch (err) {
      end(isLeftOut(err) ? 'skipped' : 'failed', reason(err));
      throw err;
    }
  }

  /** Work that the agent does not take in time is offered again until the incident gives up. */
  private async untilTaken<T>(
    step: Step,
    kind: EntryKind,
    startToCloseTimeout: number,
    call: (host: Host) => Promise<T>,
  ): Promise<T> {
    let scheduleToStartTimeout = this.policy.agentWithinMs;
    for (;;) {
      const host = proxyActivities<AgentActivities>({
        taskQueue: hostTaskQueue(this.host),
        scheduleToStartTimeout,
        startToCloseTimeout,
        heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
        retry: { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 5_000, maximumAttempts: 5 },
        // Whatever follows a change that is called off must not begin beside it.
        ...(kind === 'change' ? { cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED } : {}),
        summary: `${step.cite} ${step.title}`,
      });
      try {
        const result = await call(host);
        this.agentAnswers();
        return result;
      } catch (err) {
        if (!wasNotTaken(err)) throw err;
        this.agentIsAway();
        const left = this.giveUpAt - Date.now();
        if (left <= 0 || this.incident.isClosedByPerson) throw unreachable(this.host);
        scheduleToStartTimeout = Math.max(1_000, Math.min(AWAY_SCHEDULE_TO_START_MS, left));
      }
    }
  }

  private agentIsAway(): void {
    noteAgentAway(this.incident, this.host);
    if (this.incident.view.state === 'waitingForAgent') return;
    this.stateBefore = this.incident.view.state;
    this.incident.setState('waitingForAgent');
  }

  private agentAnswers(): void {
    noteAgentBack(this.incident, this.host);
    if (this.incident.view.state === 'waitingForAgent') this.incident.setState(this.stateBefore);
  }
}

/** What the agent's configuration leaves out is not there to be looked at; what is paused is not done. */
function isLeftOut(err: unknown): boolean {
  return isFailure(err, 'NotConfigured') || isFailure(err, 'Paused');
}

function unreachable(host: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `the agent on ${host} took no work until the incident gave up`,
    'AgentUnreachable',
  );
}

/**
 * Whether this step failed and the runbook can go on to the next. Not so when there is no agent to go on with, when
 * somebody cancels the incident, and for a bug in the workflow, which must stop its task and not look like a finding.
 */
export function isStepFailure(err: unknown): boolean {
  if (isCancellation(err) || isFailure(err, 'AgentUnreachable')) return false;
  return err instanceof ActivityFailure || err instanceof ApplicationFailure;
}

/** Whether `err`, or the activity failure's cause, is one of Halcyon's failures of this type. */
export function isFailure(err: unknown, type: FailureType): boolean {
  return failureType(err) === type;
}

function failureType(err: unknown): string | undefined {
  const cause = err instanceof ActivityFailure ? err.cause : err;
  if (cause instanceof ApplicationFailure) return cause.type ?? undefined;
  return cause instanceof TimeoutFailure ? 'StepTimedOut' : undefined;
}

/** One line of why, without Temporal's wrapping. */
export function reason(err: unknown): string {
  const cause = err instanceof ActivityFailure ? (err.cause ?? err) : err;
  if (cause instanceof TimeoutFailure) return `timed out (${cause.timeoutType})`;
  return cause instanceof Error ? cause.message : String(cause);
}
