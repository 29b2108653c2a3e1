import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  log,
  proxyActivities,
  sleep,
} from '@temporalio/workflow';
import type { HostActivities } from '../../activities/host';
import type { StandingReading, WatchRequest } from '../../shared/observations/standing';
import { hostTaskQueue } from '../../shared/task-queues';
import { noteAgentAway, noteAgentBack, noteTooOld, wasNotTaken } from './agent-presence';
import { AGENT_RETRY, nameTooOld } from './agent-version';
import { isFailure, isStepFailure, reason } from './step-failures';
import type { Incident } from '../incident/incident';

/** One look takes as long as this, unless there is something to tell. */
const LOOK_MS = 3_600_000;
/** For the first answer after a look is over. */
const GRACE_MS = 60_000;
/** A host that is short of everything may be slow to beat; a look loses nothing by being taken over late. */
const HEARTBEAT_TIMEOUT_MS = 10_000;
/** A look that failed, or ended before its time, is not repeated at once. */
const LOOK_AGAIN_MS = { failed: 20_000, early: 60_000 };
/** Once the agent is known to be away, its next look waits for it in one piece: it begins the moment it is back. */
const AWAY_MS = 3_600_000;

/** `wasAway`: the agent was, at some time before it. */
export type SeenReading = StandingReading & { wasAway: boolean };

/**
 * Looks at an incident's host all the time, beside whatever the incident waits for: one long activity after another.
 * What it sees is there to be taken once.
 */
export class HostWatch {
  private scope: CancellationScope | null = null;
  private looking: Promise<void> = Promise.resolve();
  private reading: StandingReading | null = null;
  /** The agent was away since the last reading that was taken: nobody knows what happened meanwhile. */
  private wasAway = false;

  constructor(
    private readonly incident: Incident,
    private readonly host: string,
    private readonly page: string,
  ) {}

  get hasReading(): boolean {
    return this.reading !== null;
  }

  /** Begins to look, in place of any look before. */
  async begin(wanted: Omit<WatchRequest, 'forMs'>): Promise<void> {
    await this.stop();
    this.scope = new CancellationScope();
    this.looking = this.scope
      .run(() => this.look({ ...wanted, forMs: LOOK_MS }))
      .catch((err: unknown) => {
        if (!isCancellation(err)) throw err;
      });
  }

  /** The same for a host that is not well: until it is, or is unwell in another way than `seen`. */
  async beginUnwell(seen: string | null): Promise<void> {
    const { stabilityWindowMs } = this.incident.input.policy;
    await this.begin({ seen, isMended: false, invocation: null, wellForMs: stabilityWindowMs });
  }

  take(): SeenReading | null {
    const { reading, wasAway } = this;
    if (reading === null) return null;
    this.reading = null;
    this.wasAway = false;
    return { ...reading, wasAway };
  }

  /** Resolves when nothing of it is under way. */
  async stop(): Promise<void> {
    this.scope?.cancel();
    await this.looking;
    this.scope = null;
    this.reading = null;
  }

  private async look(wanted: WatchRequest): Promise<void> {
    for (;;) {
      const begunAt = Date.now();
      const reading = await this.lookOnce(wanted);
      if (reading !== null && reading.ended !== 'unchanged') {
        this.reading = reading;
        return;
      }
      if (Date.now() - begunAt >= wanted.forMs) continue;
      const pauseMs = reading === null ? LOOK_AGAIN_MS.failed : LOOK_AGAIN_MS.early;
      await sleep(pauseMs, { summary: 'Next look at the host' });
    }
  }

  private async lookOnce(wanted: WatchRequest): Promise<StandingReading | null> {
    const { incident, host } = this;
    try {
      const reading = await this.activity(incident.input.policy.agentWithinMs)(wanted);
      // It may have been away for the pass before this look, and be back at once.
      if (noteAgentBack(incident, host)) this.wasAway = true;
      return reading;
    } catch (err) {
      if (wasNotTaken(err)) return await this.lookWhenBack(wanted);
      if (!isStepFailure(err)) throw err;
      this.noteFailure(nameTooOld(err, host));
      return null;
    }
  }

  private noteFailure(err: unknown): void {
    const { incident, host, page } = this;
    log.warn('the host could not be looked at', { host, reason: reason(err) });
    if (isFailure(err, 'AgentTooOld')) noteTooOld(incident, page, reason(err));
    else incident.addFinding('ObservationFailed', page, `the watch of ${host} failed: ${reason(err)}`);
  }

  private async lookWhenBack(wanted: WatchRequest): Promise<StandingReading | null> {
    noteAgentAway(this.incident, this.host);
    this.wasAway = true;
    try {
      // How it stood before says nothing: the first standing that holds is news.
      const reading = await this.activity(AWAY_MS)({ ...wanted, seen: null, isMended: false, invocation: null });
      noteAgentBack(this.incident, this.host);
      return reading;
    } catch (err) {
      if (isCancellation(err) || !(wasNotTaken(err) || isStepFailure(err))) throw err;
      return null;
    }
  }

  private activity(scheduleToStartTimeout: number): HostActivities['watchKingfisher'] {
    return proxyActivities<HostActivities>({
      taskQueue: hostTaskQueue(this.host),
      scheduleToStartTimeout,
      startToCloseTimeout: LOOK_MS + GRACE_MS,
      heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
      retry: AGENT_RETRY,
      summary: `${this.page} Watch KingFisher on ${this.host}`,
    }).watchKingfisher;
  }
}

/** A host-less incident has nothing to look at. */
export function hostOf({ input: { host, runbook } }: Incident): string {
  if (host === null) throw ApplicationFailure.nonRetryable(`runbook ${runbook} needs a host`, 'HostMissing');
  return host;
}
