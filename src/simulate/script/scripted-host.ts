import { ApplicationFailure } from '@temporalio/common';
import type { HostActivities } from '../../activities/host';
import { currentContext } from '../../activities/host/core/run';
import { ALLOWANCES, CHANGES, notAllowed } from '../../shared/safety/allowance';
import type { Allowance } from '../../shared/safety/allowance';
import { WELL } from '../../shared/observations/standing';
import { isHealthy } from '../../shared/observations/probes';
import type {
  Condition,
  DependencyPath,
  DependencyState,
  EndpointState,
  HealthState,
} from '../../shared/observations/probes';
import type { DependencyName, ServiceName, ServiceState, StartReason } from '../../shared/observations/service';
import type { StandingReading, WatchRequest } from '../../shared/observations/standing';
import type { ChangePermit } from '../../shared/safety/permit';
import type { HealthVerdict, ReadingRequest, Verdict, WaitRequest } from '../../shared/observations/readings';
import { HOST_ACTIVITIES } from '../../shared/host-activities';
import type { HostActivityName } from '../../shared/host-activities';
import { ScriptedAccess } from './scripted-access';
import { ScriptedLatency } from './scripted-latency';
import { ScriptedLedger } from './scripted-ledger';
import { ANSWERS, DEPENDENCIES, WHY, endpoint } from './scripted-answers';
import { ScriptedOutbox } from './scripted-outbox';
import { ScriptedPipeline } from './scripted-pipeline';
import { readingOf } from './scripted-readings';
import { scriptedRecovery } from './scripted-recovery';
import { ScriptedTelegram } from './scripted-telegram';
import { scriptedChanges, scriptedObservations, scriptedWaits, scriptedState } from './scripted-service';

/**
 * A host whose behaviour a test or a simulation scripts: services that are up or down, and what a restart does to them. Keeps the
 * agent's contract (desired state by invocation), so workflow tests see what a real agent would answer.
 */
export class ScriptedHost {
  readonly up: Record<ServiceName, boolean> = { kingfisher: true, postgres: true, redis: true, rabbitmq: true };
  readonly invocation: Record<ServiceName, string> = { kingfisher: 'k0', postgres: 'p0', redis: 'r0', rabbitmq: 'm0' };
  /** Services that stay down whatever is done. */
  readonly broken = new Set<ServiceName>();
  readonly masked = new Set<ServiceName>();
  /** What a dependency is up to, where it is neither `well` nor `down`: those follow from `up`. */
  readonly conditions: Partial<Record<DependencyName, Exclude<Condition, 'well' | 'down'>>> = {};
  /** What is not as usual on the way to a dependency. One that cannot be reached looks `down`, while its unit is active. */
  readonly paths: Partial<Record<DependencyName, Partial<DependencyPath>>> = {};
  /** What refuses Halcyon's credentials refuses those of KingFisher, too. */
  isKingfisherRefused = false;
  /** Starts that are under way; they come up when somebody waits for them, unless the service is broken. */
  readonly starting = new Set<ServiceName>();
  /** What `/ready` says of the dependencies: each by its name, only whether all are well, or nothing at all. */
  readyChecks: 'named' | 'unnamed' | 'none' = 'named';
  /** KingFisher runs and takes no connection, until its next start. */
  isDeaf = false;
  /** Verifications that see KingFisher well, and then see it end. */
  deathsWhileVerified = 0;
  /** What is watched was, since it was looked at last; people have it. */
  wellForAMoment = false;
  /** Looks at KingFisher that get no answer from `/ready` in time. */
  lateAnswers = 0;
  readonly restarts: ServiceName[] = [];
  readonly calls: string[] = [];
  diskFull = false;
  tempFiles = 3;
  configurationValid = true;
  /** Who holds KingFisher's port in its place. */
  portHolder: { pid: number; command: string } | null = null;
  logLines: string[] = ['started'];
  rateLimitKeys = 5;
  wrongPermissions = 7;
  /** What the host's own configuration allows. */
  allow: Allowance[] = [...ALLOWANCES];
  /** Activities that its agent does not have: it is older than the controller. */
  readonly lacks = new Set<string>();
  /** Whether a full recovery brings back what a restart cannot. */
  recoveryHelps = true;
  exchangesMissing: string[] = [];
  /** What the journal names as the reason of a start that failed. */
  startReason: StartReason | null = null;
  /** What `/metrics` answers. */
  metrics: EndpointState = endpoint('ok', 200);
  /** What its access log says. */
  readonly access = new ScriptedAccess(() => this.now());
  /** What the host keeps for its guard. */
  readonly ledger = new ScriptedLedger(() => Date.parse(this.now()));
  /** Events that wait to be published. */
  readonly outbox = new ScriptedOutbox(this);
  /** Where its images come from. */
  readonly telegram = new ScriptedTelegram(
    () => this.now(),
    () => this.service('kingfisher'),
  );
  /** The steps of its pipeline. */
  readonly pipeline = new ScriptedPipeline(this);
  /** How long its analyses take. */
  readonly latency = new ScriptedLatency(this);
  /** Whether KingFisher was stopped each time its files were touched. */
  readonly touchedWhileRunning: string[] = [];
  /** What a scenario answers besides, or in another way. */
  readonly also: Partial<HostActivities> = {};
  /** Called before each activity; may throw or wait, to script failures. */
  before: (activity: string) => Promise<void> | void = () => undefined;

  /** @param now ISO 8601 by the host's clock */
  constructor(readonly now: () => string = () => new Date().toISOString()) {}

  private starts = 0;
  nextInvocation(): string {
    this.starts += 1;
    return `start-${this.starts}`;
  }

  kingfisherHealthy(): boolean {
    return isHealthy(this.health());
  }

  waited(wanted: WaitRequest): Verdict {
    if (wanted.reading === 'health') return this.verdict();
    const { standing, last } = readingOf(this, wanted);
    const holds = standing === WELL;
    const since = holds ? this.now() : null;
    return { holds, since, heldMs: 0, ended: holds ? 'held' : 'deadline', waitedMs: 10, last };
  }

  private verdict(): HealthVerdict {
    const dies = this.kingfisherHealthy() && this.deathsWhileVerified > 0;
    if (dies) {
      this.deathsWhileVerified -= 1;
      this.up.kingfisher = false;
    }
    const holds = this.kingfisherHealthy();
    const ended = dies ? 'died' : holds ? 'held' : this.up.kingfisher ? 'dependencyNotReady' : 'notRunning';
    const since = holds ? this.now() : null;
    return { holds, since, heldMs: dies ? 5 : 0, ended, waitedMs: 10, last: this.health() };
  }

  private condition(dependency: DependencyName): Condition {
    const isReached = this.up[dependency] && this.paths[dependency]?.isReachable !== false;
    return isReached ? (this.conditions[dependency] ?? 'well') : 'down';
  }

  /** What no scenario speaks of is not configured on this host: runbooks leave it out. */
  activities(): HostActivities {
    const scripted: Partial<Record<HostActivityName, unknown>> = {
      ...scriptedObservations(this),
      ...scriptedWaits(this),
      ...scriptedChanges(this),
      ...scriptedRecovery(this),
      ...this.outbox.activities(),
      ...this.telegram.observations(),
      ...this.access.activities(),
      ...this.pipeline.activities(),
      ...this.latency.activities(),
    };
    const known = HOST_ACTIVITIES.filter((name) => !this.lacks.has(name));
    const noted = known.map((name) => [name, this.noted(name, scripted[name] ?? notConfigured(name))]);
    return { ...Object.fromEntries(noted), ...this.ledger.activities() } as HostActivities;
  }

  private noted(name: HostActivityName, activity: unknown) {
    return async (input: never) => {
      this.refuseNotAllowed(name, input);
      const call = name === 'waitUntil' ? `waitUntil ${(input as WaitRequest).reading}` : name;
      this.calls.push(call);
      await this.before(call);
      // As a real agent: an attempt that was given up meanwhile changes nothing any more.
      currentContext()?.cancellationSignal.throwIfAborted();
      const answer = this.also[name] ?? activity;
      return await (answer as (input: never) => Promise<unknown>)(input);
    };
  }

  private refuseNotAllowed(name: string, input: { permit?: ChangePermit } | undefined): void {
    const needed = Object.entries(CHANGES).find(([change]) => change === name)?.[1];
    if (needed === undefined || input?.permit?.kind === 'undo' || this.allow.includes(needed)) return;
    throw ApplicationFailure.nonRetryable(notAllowed(needed, 'this host'), 'NotAllowed');
  }

  service(service: ServiceName): ServiceState {
    return scriptedState(this, service);
  }

  /** A real agent looks for an hour; where time is skipped, a look is a moment, and the workflow looks again. */
  reading(wanted: WatchRequest): StandingReading {
    const { seen, isMended, invocation, wellForMs } = wanted;
    const { standing, start } = this.standing(wanted);
    const isExpected = isMended ? standing === WELL && seen !== null : standing === seen;
    const isBrokenAnew = this.wellForAMoment && standing !== WELL && !isMended;
    if (isBrokenAnew) this.wellForAMoment = false;
    const isRestarted = standing === WELL && invocation !== null && invocation !== start;
    return {
      standing,
      ended: isBrokenAnew ? 'brokeAnew' : !isExpected ? 'changed' : isRestarted ? 'restarted' : 'unchanged',
      heldMs: standing === WELL ? wellForMs : 0,
      invocation: start,
      restarts: 0,
      observedAt: this.now(),
    };
  }

  private standing(wanted: ReadingRequest): { standing: string; start: string } {
    const start = wanted.reading === 'health' ? this.invocation.kingfisher : '';
    return { standing: readingOf(this, wanted).standing, start };
  }

  health(): HealthState {
    const isUp = this.up.kingfisher && !this.starting.has('kingfisher') && !this.isDeaf;
    const fine = this.isKingfisherRefused ? ['well'] : ['well', 'refused'];
    const isFailing = (name: DependencyName) => !fine.includes(this.condition(name));
    const failing = this.readyChecks === 'none' ? [] : DEPENDENCIES.filter(isFailing);
    const health = endpoint(isUp ? 'ok' : 'refused', isUp ? 200 : null);
    const ready = !isUp ? health : failing.length > 0 ? endpoint('unhealthy', 503) : endpoint('ok', 200);
    const isNamed = isUp && this.readyChecks === 'named';
    const failingChecks = isNamed
      ? failing.map(
          (name) =>
            `${name}: ${this.conditions[name] === 'refused' ? 'password authentication failed' : 'connection refused'}`,
        )
      : [];
    return { health, ready, failingChecks, unchecked: isNamed ? failing : [...DEPENDENCIES], observedAt: this.now() };
  }

  late(): HealthState {
    return { ...this.health(), ready: endpoint('timeout', null), failingChecks: [], unchecked: [...DEPENDENCIES] };
  }

  dependency(dependency: DependencyName): DependencyState {
    const condition = this.condition(dependency);
    return {
      dependency,
      condition,
      why: WHY[condition],
      endpoint: endpoint(ANSWERS[condition], null),
      management: null,
      unit: this.service(dependency),
      disk: null,
      observedAt: this.now(),
    };
  }
}

function notConfigured(name: string) {
  return async () => {
    throw ApplicationFailure.nonRetryable(`the scenario does not script ${name}`, 'NotConfigured');
  };
}
