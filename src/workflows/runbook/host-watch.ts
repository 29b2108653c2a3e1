import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  log,
  proxyActivities,
  sleep,
} from '@temporalio/workflow';
import type { HostActivities } from '../../activities/host';
import type { ReadingRequest } from '../../shared/observations/readings';
import type { StandingReading, WatchRequest, WatchTerms } from '../../shared/observations/standing';
import { hostTaskQueue } from '../../shared/task-queues';
import { isAgentAway, noteAgentAway, noteAgentBack, noteTooOld, untilAgentIsBack, wasNotTaken } from './agent-presence';
import { AGENT_RETRY, nameTooOld } from './agent-version';
import { isFailure, isStepFailure, reason } from './step-failures';
import type { Watched } from './watched';
import type { Incident } from '../incident/incident';

/** One look takes as long as this, unless there is something to tell. */
const LOOK_MS = 3_600_000;
/** For the first answer after a look is over. */
const GRACE_MS = 60_000;
/**
 * How long a dead agent goes unnoticed during a look, beside the time in which it would take the next one. Each beat is one
 * more call for the server: longer costs less, and leaves the host unwatched for longer.
 */
const HEARTBEAT_TIMEOUT_MS = 30_000;
/** A look that failed, or ended before its time, is not repeated at once; one that cannot be had, not for long. */
const LOOK_AGAIN_MS = { failed: 20_000, early: 60_000, lacking: 1_800_000 };
/**
 * For the looks at an agent that was too old for the first one: it is offered the next again and again by the server, which
 * writes no event, until there is one that knows it.
 */
const TOO_OLD_RETRY = { initialInterval: 20_000, maximumInterval: 60_000 };

/** `wasAway`: the agent was, at some time before it. */
export type SeenReading = StandingReading & { wasAway: boolean };

/**
 * Looks at what an incident's page is about all the time, beside whatever the incident waits for: one long activity after
 * another. What it sees is there to be taken once.
 */
export class HostWatch {
  private scope: CancellationScope | null = null;
  private looking: Promise<void> = Promise.resolve();
  private reading: StandingReading | null = null;
  /** The agent was, at the last look. */
  private isTooOld = false;
  /** Returns of the agent that are not news. */
  private returnsKnown: number;

  constructor(
    private readonly incident: Incident,
    private readonly host: string,
    private readonly page: string,
    private readonly watched: Watched,
  ) {
    this.returnsKnown = incident.agent.returns;
  }

  get hasReading(): boolean {
    return this.reading !== null;
  }

  private get reads(): ReadingRequest {
    const { reading } = this.watched;
    return typeof reading === 'function' ? reading(this.incident.input.policy) : reading;
  }

  /** Begins to look, in place of any look before. */
  async begin(wanted: Omit<WatchTerms, 'forMs'>): Promise<void> {
    await this.stop();
    this.scope = new CancellationScope();
    this.looking = this.scope
      .run(() => this.look({ ...this.reads, ...wanted, forMs: LOOK_MS }))
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
    const { reading } = this;
    if (reading === null) return null;
    this.reading = null;
    // Nobody knows what happened while it was away.
    const wasAway = this.incident.agent.returns !== this.returnsKnown;
    this.notePass();
    return { ...reading, wasAway };
  }

  /** Whatever the agent missed while it was away, a pass of the runbook has seen. */
  notePass(): void {
    this.returnsKnown = this.incident.agent.returns;
  }

  /** Resolves when nothing of it is under way. */
  async stop(): Promise<void> {
    this.scope?.cancel();
    await this.looking;
    this.scope = null;
    this.reading = null;
  }

  private async look(first: WatchRequest): Promise<void> {
    for (let wanted = first; ;) {
      if (isAgentAway(this.incident)) {
        await untilAgentIsBack(this.incident, this.host);
        // How it stood before says nothing: the first standing that holds is news.
        wanted = { ...wanted, seen: null, isMended: false, invocation: null };
      }
      const begunAt = Date.now();
      const seen = await this.lookOnce(wanted);
      if (typeof seen !== 'string') {
        this.reading = seen;
        return;
      }
      if (isAgentAway(this.incident) || Date.now() - begunAt >= wanted.forMs) continue;
      await sleep(LOOK_AGAIN_MS[seen], { summary: 'Next look at the host' });
    }
  }

  /** The news, or why there is none. */
  private async lookOnce(wanted: WatchRequest): Promise<StandingReading | keyof typeof LOOK_AGAIN_MS> {
    const { incident, host } = this;
    try {
      const reading = await this.activity()(wanted);
      noteAgentBack(incident, host);
      this.isTooOld = false;
      return reading.ended === 'unchanged' ? 'early' : reading;
    } catch (err) {
      if (!isStepFailure(err)) throw err;
      if (wasNotTaken(err)) {
        noteAgentAway(incident, host);
        return 'failed';
      }
      const failure = nameTooOld(err, host);
      this.noteFailure(failure);
      const wasTooOld = this.isTooOld;
      this.isTooOld = isFailure(failure, 'AgentTooOld');
      return isFailure(failure, 'NotConfigured') || wasTooOld ? 'lacking' : 'failed';
    }
  }

  private noteFailure(err: unknown): void {
    const { incident, host, page } = this;
    log.warn('the host could not be looked at', { host, reason: reason(err) });
    if (isFailure(err, 'AgentTooOld')) noteTooOld(incident, page, reason(err));
    else incident.addFinding('ObservationFailed', page, `the watch of ${host} failed: ${reason(err)}`);
  }

  private activity(): HostActivities['watchReading'] {
    return proxyActivities<HostActivities>({
      taskQueue: hostTaskQueue(this.host),
      scheduleToStartTimeout: this.incident.input.policy.agentWithinMs,
      startToCloseTimeout: LOOK_MS + GRACE_MS,
      heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
      retry: this.isTooOld ? TOO_OLD_RETRY : AGENT_RETRY,
      summary: `${this.page} Watch ${this.watched.subject} on ${this.host}`,
    }).watchReading;
  }
}

/** A host-less incident has nothing to look at. */
export function hostOf({ input: { host, runbook } }: Incident): string {
  if (host === null) throw ApplicationFailure.nonRetryable(`runbook ${runbook} needs a host`, 'HostMissing');
  return host;
}
