import { ApplicationFailure } from '@temporalio/common';
import type { RecoveryActivities } from '../../activities/host/recovery-types';
import type { HostActivities } from '../../activities/host/types';
import { ALLOWANCES, CHANGES, notAllowed } from '../../shared/safety/allowance';
import type { Allowance } from '../../shared/safety/allowance';
import { WELL, isHealthy, standingOf } from '../../shared/observations/observations';
import type {
  Condition,
  DependencyName,
  DependencyState,
  EndpointState,
  HealthState,
  ServiceName,
  ServiceState,
  StandingReading,
  WatchRequest,
  StartReason,
} from '../../shared/observations/observations';
import type { ChangePermit } from '../../shared/safety/permit';
import type { HealthVerdict, Verdict, WaitRequest } from '../../shared/observations/readings';
import { ANSWERS, DEPENDENCIES, WHY, disk, endpoint } from './scripted-answers';

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
  /** What refuses Halcyon's credentials refuses those of KingFisher, too. */
  isKingfisherRefused = false;
  /** Starts that are under way; they come up when somebody waits for them, unless the service is broken. */
  readonly starting = new Set<ServiceName>();
  /** What `/ready` says of the dependencies: each by its name, only whether all are well, or nothing at all. */
  readyChecks: 'named' | 'unnamed' | 'none' = 'named';
  /** Verifications that see KingFisher well, and then see it end. */
  deathsWhileVerified = 0;
  /** It was, since it was looked at last; people have it. */
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
  /** Whether KingFisher was stopped each time its files were touched. */
  readonly touchedWhileRunning: string[] = [];
  /** Called before each activity; may throw or wait, to script failures. */
  before: (activity: string) => Promise<void> | void = () => undefined;

  /** @param now ISO 8601 by the host's clock */
  constructor(private readonly now: () => string = () => new Date().toISOString()) {}

  private starts = 0;

  private nextInvocation(): string {
    this.starts += 1;
    return `start-${this.starts}`;
  }

  kingfisherHealthy(): boolean {
    return isHealthy(this.health());
  }

  private waited(wanted: WaitRequest): Verdict {
    if (wanted.reading === 'health') return this.verdict();
    const last = this.dependency(wanted.dependency);
    const holds = last.condition === 'well';
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
    return this.up[dependency] ? (this.conditions[dependency] ?? 'well') : 'down';
  }

  activities(): HostActivities & RecoveryActivities {
    const scripted: HostActivities & RecoveryActivities = {
      ...this.recovery(),
      observeAllowed: async () => ({
        allow: this.allow,
        permissionsLimit: 100,
        permissionsApprovedLimit: 1_000_000,
        backups: '/var/backups/kingfisher',
        activities: Object.keys(scripted).filter((name) => !this.lacks.has(name)),
      }),
      observeService: async ({ service }) => this.service(service),
      observeRecentStarts: async () => ({ evidence: 'present', startedAt: [this.now()] }),
      observeStartLog: async ({ service }) => ({
        service,
        evidence: 'present',
        lines: [`${service}: cannot open its configuration`],
        reason: this.startReason,
      }),
      observeProcesses: async () => ({ processes: [], more: 0 }),
      observePort: async () => ({
        port: 8201,
        listening: this.up.kingfisher || this.portHolder !== null,
        owner: this.portHolder,
        elsewhere: [],
      }),
      observeLogTail: async () => ({
        path: '/var/log/kingfisher/service.log',
        evidence: 'present',
        lines: this.logLines,
        modifiedAt: this.now(),
        sizeBytes: 100,
      }),
      observeResources: async () => ({
        memory: { totalBytes: 8e9, availableBytes: 4e9 },
        disks: [disk(this.diskFull)],
        dependencyDisks: [],
        load1: 0.5,
        oomKills: { evidence: 'present', victims: [] },
        observedAt: this.now(),
      }),
      observeHealth: async () => (this.lateAnswers-- > 0 ? this.late() : this.health()),
      observeMetrics: async () => ({
        path: '/metrics',
        endpoint: this.metrics,
        contentType: 'text/plain; version=0.0.4',
        format: this.metrics.answer === 'ok' ? 'prometheus' : 'other',
        samples: this.metrics.answer === 'ok' ? 30 : 0,
        observedAt: this.now(),
      }),
      waitUntil: (async (wanted: WaitRequest) => this.waited(wanted)) as HostActivities['waitUntil'],
      watchKingfisher: async (wanted) => this.reading(wanted),
      checkConfiguration: async () => ({
        evidence: 'present',
        valid: this.configurationValid,
        output: this.configurationValid ? 'Config OK' : 'openai.max_qps: expected a number',
      }),
      observeDependency: async ({ dependency }) => this.dependency(dependency),
      waitUntilDependencyClear: async ({ dependency }) => this.dependency(dependency),
      waitUntilStarted: async ({ service }) => {
        if (this.starting.delete(service)) this.up[service] = !this.broken.has(service);
        return this.service(service);
      },
      ensureRestarted: async ({ service, seenInvocation }) => {
        const before = this.service(service);
        if (this.masked.has(service)) throw ApplicationFailure.nonRetryable(`${service} is masked`, 'UnitMasked');
        if (before.invocation !== seenInvocation) return { before, after: before, changed: false, notes: [] };
        this.restarts.push(service);
        this.starting.delete(service);
        this.invocation[service] = this.nextInvocation();
        this.up[service] = !this.broken.has(service);
        return { before, after: this.service(service), changed: true, notes: [] };
      },
      ensureTempFilesRemoved: async () => {
        const before = { files: this.tempFiles, bytes: this.tempFiles * 1000 };
        this.tempFiles = 0;
        this.diskFull = false;
        return { before, after: { files: 0, bytes: 0 }, changed: before.files > 0, notes: [] };
      },
      ensureLogsRotated: async () => ({
        before: { files: 1, bytes: 10 },
        after: { files: 1, bytes: 10 },
        changed: false,
        notes: [],
      }),
    };
    const noted = Object.entries(scripted).map(([name, activity]) => [
      name,
      async (input: never) => {
        this.refuseNotAllowed(name, input);
        const call = name === 'waitUntil' ? `waitUntil ${(input as WaitRequest).reading}` : name;
        this.calls.push(call);
        await this.before(call);
        return await (activity as (input: never) => Promise<unknown>)(input);
      },
    ]);
    return Object.fromEntries(noted.filter(([name]) => !this.lacks.has(name as string))) as HostActivities &
      RecoveryActivities;
  }

  private refuseNotAllowed(name: string, input: { permit?: ChangePermit } | undefined): void {
    const needed = Object.entries(CHANGES).find(([change]) => change === name)?.[1];
    if (needed === undefined || input?.permit?.kind === 'undo' || this.allow.includes(needed)) return;
    throw ApplicationFailure.nonRetryable(notAllowed(needed, 'this host'), 'NotAllowed');
  }

  private recovery(): RecoveryActivities {
    const touch = (what: string) => {
      if (this.up.kingfisher) this.touchedWhileRunning.push(what);
    };
    const noStrays = { processes: [], more: 0 };
    const permissions = () => ({ entries: 100, different: this.wrongPermissions, examples: [], skipped: 0 });
    const keys = () => ({ database: 1, rateLimitKeys: this.rateLimitKeys, otherKeys: 3 });
    const files = () => ({ files: this.tempFiles, bytes: this.tempFiles * 1000 });
    const backup = (state: 'absent' | 'complete') => ({
      path: '/var/backups/kingfisher/x',
      state,
      files: 10,
      bytes: 1e6,
      manifestSha256: state === 'complete' ? 'ab'.repeat(32) : null,
    });
    return {
      ensureStopped: async ({ service }) => {
        const before = this.service(service);
        this.up[service] = false;
        return { before, after: this.service(service), changed: before.active === 'active', notes: [] };
      },
      observeStrays: async () => noStrays,
      ensureStraysEnded: async () => ({ before: noStrays, after: noStrays, changed: false, notes: [], ended: [] }),
      observeBackupPlan: async () => ({
        source: '/opt/kingfisher/data/images/2026/11/23',
        exists: true,
        files: 10,
        bytes: 1e6,
        availableBytes: 1e9,
        fits: true,
      }),
      ensureBackup: async () => ({ before: backup('absent'), after: backup('complete'), changed: true, notes: [] }),
      ensureBackupsPruned: async () => ({
        before: { files: 1, bytes: 1 },
        after: { files: 1, bytes: 1 },
        changed: false,
        notes: [],
      }),
      observePermissions: async () => permissions(),
      ensurePermissions: async ({ limit }) => {
        touch('permissions');
        const before = permissions();
        if (before.different > limit) {
          throw ApplicationFailure.nonRetryable(`${before.different} entries differ, limit ${limit}`, 'UnsafeSelector');
        }
        this.wrongPermissions = 0;
        return { before, after: permissions(), changed: before.different > 0, notes: [] };
      },
      observeTemporaryFiles: async () => files(),
      ensureTemporaryFilesCleared: async () => {
        touch('temporary files');
        const before = files();
        this.tempFiles = 0;
        return { before, after: files(), changed: before.files > 0, notes: [] };
      },
      observeRateLimits: async () => keys(),
      ensureRateLimitsReset: async () => {
        if (!this.up.redis) throw ApplicationFailure.nonRetryable('Redis refused', 'ObservationFailed');
        const before = keys();
        this.rateLimitKeys = 0;
        return { before, after: keys(), changed: before.rateLimitKeys > 0, notes: [] };
      },
      observeExchanges: async () => ({
        endpoint: endpoint('ok', null),
        expected: ['kingfisher.events'],
        missing: this.exchangesMissing,
      }),
      ensureStarted: async ({ service }) => {
        const before = this.service(service);
        if (this.broken.has(service)) {
          throw ApplicationFailure.nonRetryable(`${service}.service is not running`, 'NotInDesiredState');
        }
        if (!this.up[service]) {
          this.invocation[service] = this.nextInvocation();
          this.up[service] = this.recoveryHelps || !this.broken.has(service);
        }
        return { before, after: this.service(service), changed: before.active !== 'active', notes: [] };
      },
    };
  }

  private service(service: ServiceName): ServiceState {
    const active = this.up[service];
    const isStarting = this.starting.has(service);
    return {
      service,
      manager: 'systemd',
      unit: `${service}.service`,
      load: this.masked.has(service) ? 'masked' : 'loaded',
      active: isStarting ? 'activating' : active ? 'active' : 'failed',
      sub: isStarting ? 'start-pre' : active ? 'running' : 'failed',
      result: active || isStarting ? 'success' : 'signal',
      exitStatus: active || isStarting ? null : 9,
      invocation: this.invocation[service],
      // Long enough ago that no start counts as under way.
      startedAt: new Date(Date.parse(this.now()) - 3_600_000).toISOString(),
      mainPid: active ? 42 : null,
      restarts: 0,
      jobPending: isStarting,
      observedAt: this.now(),
    };
  }

  /** A real agent looks for an hour; where time is skipped, a look is a moment, and the workflow looks again. */
  reading({ seen, isMended, invocation, wellForMs }: WatchRequest): StandingReading {
    const standing = standingOf(this.health(), this.service('kingfisher'));
    const isExpected = isMended ? standing === WELL && seen !== null : standing === seen;
    const isBrokenAnew = this.wellForAMoment && standing !== WELL && !isMended;
    if (isBrokenAnew) this.wellForAMoment = false;
    const isRestarted = standing === WELL && invocation !== null && invocation !== this.invocation.kingfisher;
    return {
      standing,
      ended: isBrokenAnew ? 'brokeAnew' : !isExpected ? 'changed' : isRestarted ? 'restarted' : 'unchanged',
      heldMs: standing === WELL ? wellForMs : 0,
      invocation: this.invocation.kingfisher,
      restarts: 0,
      observedAt: this.now(),
    };
  }

  health(): HealthState {
    const isUp = this.up.kingfisher && !this.starting.has('kingfisher');
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

  private late(): HealthState {
    return { ...this.health(), ready: endpoint('timeout', null), failingChecks: [], unchecked: [...DEPENDENCIES] };
  }

  private dependency(dependency: DependencyName): DependencyState {
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
