import {
  ActivityCancellationType,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import type { ActivityInterfaceFor } from '@temporalio/workflow';
import type { HostActivities } from '../../activities/host';
import type { Change } from '../../shared/observations/change';
import type { ChangePermit } from '../../shared/safety/permit';
import { hostTaskQueue } from '../../shared/task-queues';
import type { SubjectCondition, EntryKind, EntryStatus, Made } from '../../shared/timeline';
import type { RunbookPolicy } from '../../shared/incident';
import { isAgentAway, noteAgentAway, noteAgentBack, noteTooOld, wasNotTaken } from './agent-presence';
import { AGENT_RETRY, nameTooOld } from './agent-version';
import { newerPermit } from '../safety/gate';
import type { ChangeGate, ChangeIntent, Permission } from '../safety/gate';
import type { Incident } from '../incident/incident';
import type { Step } from './step';
import { failureType, isFailure, isLeftOut, isStepFailure, neverBegan, reason } from './step-failures';

export type { Step };

/** Activities of one host, each call shown in Temporal UI under its step's title. */
export type Host = ActivityInterfaceFor<HostActivities>;

/** How a step's result reads in the timeline; a bare text is `done`. */
export type StepReport = string | { status: EntryStatus; detail: string; condition?: SubjectCondition; made?: Made };

const READ_MS = 15_000;
/** Longer than systemd's own TimeoutStopSec of 90 s. */
const CHANGE_MS = 180_000;
const HEARTBEAT_TIMEOUT_MS = 3_000;

/**
 * Runs a runbook's steps on the incident's host: timeline entry, summary in the UI, and the same answer to an agent
 * that is away for all of them.
 */
export class HostSteps {
  /** When these steps last saw the host well, whatever step saw it. Epoch milliseconds of the workflow. */
  seenWellAt: number | null = null;
  /** Steps wait for the agent. */
  private isWaiting = false;

  constructor(
    private readonly incident: Incident,
    readonly host: string,
    /** Epoch milliseconds after which an agent that is away is no longer waited for. */
    private readonly giveUpAt: number,
    /** Asked before every change. */
    private readonly gate: ChangeGate,
  ) {}

  get policy(): RunbookPolicy {
    return this.incident.input.policy;
  }

  /** A step that only reads. What cannot be observed is a finding and `undefined`, never an error: unknown is not good. */
  async observe<T>(
    step: Step,
    call: (host: Host) => Promise<T>,
    tell: (result: T) => StepReport,
  ): Promise<T | undefined> {
    return await this.wait(step, 0, call, tell, 'look');
  }

  /** A step that reads until a condition, or until `deadlineMs` at the most. */
  async wait<T>(
    step: Step,
    deadlineMs: number,
    call: (host: Host) => Promise<T>,
    tell: (result: T) => StepReport,
    kind: EntryKind = 'verification',
  ): Promise<T | undefined> {
    try {
      return await this.run(step, kind, deadlineMs + READ_MS, call, tell);
    } catch (err) {
      if (!isStepFailure(err)) throw err;
      if (!isFailure(err, 'NotConfigured')) this.noteFailure(step, err, 'ObservationFailed');
      return undefined;
    }
  }

  /** A step that may change something. Throws what stopped it, or that it may not, after noting it. */
  async act<C extends Change<unknown>>(
    step: Step,
    asked: ChangeIntent,
    call: (host: Host, permit: ChangePermit) => Promise<C>,
    tell: (result: C) => string,
  ): Promise<C> {
    const permission = await this.permitted(step, asked);
    const { ended } = permission;
    const make = (permit: ChangePermit) =>
      this.run(
        step,
        'change',
        CHANGE_MS,
        (host) => call(host, permit),
        (change) => ({
          status: change.changed ? 'done' : 'noChange',
          detail: [tell(change), ...change.notes].join('; '),
          made: change,
        }),
      );
    try {
      let result: C;
      try {
        result = await make(permission.permit);
      } catch (err) {
        result = await make(await newerPermit(permission, err));
      }
      if (result.changed) this.incident.noteChange();
      ended(null);
      return result;
    } catch (err) {
      if (!neverBegan(err)) this.incident.noteChange();
      ended(reason(err));
      if (isStepFailure(err)) this.noteFailure(step, err, 'StepFailed');
      throw err;
    }
  }

  /** `act` where the remedy can go on without it: the failure stays in the findings. */
  async tryAct<C extends Change<unknown>>(
    step: Step,
    asked: ChangeIntent,
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

  private noteFailure({ cite, title }: Step, err: unknown, unnamed: string): void {
    const type = failureType(err) ?? unnamed;
    if (type === 'AgentTooOld') noteTooOld(this.incident, cite, reason(err));
    else this.incident.addFinding(type, cite, `${title}: ${reason(err)}`);
  }

  /** A change that may not be is no failure of the step: it is left out, and people hear why once. */
  private async permitted(step: Step, asked: ChangeIntent): Promise<Permission> {
    try {
      return await this.gate.permit(step, asked);
    } catch (err) {
      if (!isFailure(err, 'ChangeRefused')) throw err;
      this.incident.begin(step.cite, step.title, 'change')('skipped', reason(err));
      if (!this.incident.hasFinding('ChangeRefused')) {
        this.incident.addFinding('ChangeRefused', step.cite, `${step.title}: ${reason(err)}`);
      }
      throw err;
    }
  }

  private async run<T>(
    step: Step,
    kind: EntryKind,
    startToCloseTimeout: number,
    call: (host: Host) => Promise<T>,
    tell: (result: T) => StepReport,
  ): Promise<T> {
    const end = this.incident.begin(step.cite, step.title, kind);
    try {
      const result = await this.untilTaken(step, kind, startToCloseTimeout, call);
      const told = tell(result);
      if (typeof told === 'string') end('done', told);
      else end(told.status, told.detail, told.condition, told.made);
      return result;
    } catch (err) {
      // Nothing is known of a change that was called off; a look that was only came to no end.
      if (isCancellation(err) && kind !== 'change') end('skipped', this.whyEnded());
      else end(isLeftOut(err) ? 'skipped' : 'failed', reason(err));
      throw err;
    }
  }

  private whyEnded(): string {
    const { closedBy } = this.incident;
    return closedBy === null ? 'ended before it had an answer' : `ended: ${closedBy.as} closed this incident`;
  }

  /** Work that the agent does not take in time waits until it is back, or until the incident gives up. */
  private async untilTaken<T>(
    step: Step,
    kind: EntryKind,
    startToCloseTimeout: number,
    call: (host: Host) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      if (isAgentAway(this.incident)) {
        await this.incident.during('waitingForAgent', () => this.untilAgentIsBack());
      }
      try {
        const result = await call(this.hostFor(step, kind, startToCloseTimeout));
        noteAgentBack(this.incident, this.host);
        return result;
      } catch (err) {
        if (!wasNotTaken(err)) throw nameTooOld(err, this.host);
        noteAgentAway(this.incident, this.host);
      }
    }
  }

  /** @throws ApplicationFailure `AgentUnreachable` where the incident gives up, or is closed by a person */
  private async untilAgentIsBack(): Promise<void> {
    while (isAgentAway(this.incident)) {
      if (this.giveUpAt <= Date.now() || this.incident.isClosedByPerson) throw unreachable(this.host);
      noteAgentAway(this.incident, this.host);
      this.beginToWait();
      await condition(() => !this.isWaiting);
    }
  }

  /** One timer for all steps that wait; a step that is called off ends the wait of no other. */
  private beginToWait(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    const isOver = () => !isAgentAway(this.incident) || this.incident.isClosedByPerson;
    const what = { summary: `The agent on ${this.host} to be back` };
    void CancellationScope.nonCancellable(async () => {
      await condition(isOver, this.giveUpAt - Date.now(), what);
      this.isWaiting = false;
    });
  }

  private hostFor({ cite, title }: Step, kind: EntryKind, startToCloseTimeout: number): Host {
    return proxyActivities<HostActivities>({
      taskQueue: hostTaskQueue(this.host),
      scheduleToStartTimeout: this.policy.agentWithinMs,
      startToCloseTimeout,
      heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
      retry: AGENT_RETRY,
      // Whatever follows a change that is called off must not begin beside it.
      ...(kind === 'change' ? { cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED } : {}),
      summary: `${cite} ${title}`,
    });
  }
}

function unreachable(host: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `the agent on ${host} took no work until the incident gave up`,
    'AgentUnreachable',
  );
}
