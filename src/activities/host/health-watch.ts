import { isHealthy } from '../../host/probes/kingfisher';
import type { HealthState, HealthVerdict, ServiceState } from '../../shared/observations';

/** A service that stays ended this long will not come by itself. */
const NOT_RUNNING_MS = 1_000;
/** A `/ready` that says no for this long, beside a good `/health`, waits for a dependency. */
const NOT_READY_MS = 3_000;

export interface Wanted {
  deadlineMs: number;
  stabilityWindowMs: number;
}

/** Decides from one observation after another when waiting for health ends. Times are milliseconds of one steady clock. */
export class HealthWatch {
  private healthySince: { at: number; time: string } | undefined;
  private firstHealthyAt: number | undefined;
  private endedSince: number | undefined;
  private notReadySince: number | undefined;

  constructor(
    private readonly wanted: Wanted,
    private readonly startedAt: number,
  ) {}

  get isHealthy(): boolean {
    return this.healthySince !== undefined;
  }

  /** The service as its manager sees it; `undefined` when it could not be observed. */
  see(state: ServiceState | undefined, now: number): void {
    this.endedSince = state !== undefined && hasEnded(state) ? (this.endedSince ?? now) : undefined;
  }

  /** The verdict that this observation of health brings, if any. */
  judge(health: HealthState, now: number): HealthVerdict | undefined {
    this.healthySince = isHealthy(health) ? (this.healthySince ?? { at: now, time: health.observedAt }) : undefined;
    this.firstHealthyAt ??= this.healthySince?.at;
    this.notReadySince = waitsForDependency(health) ? (this.notReadySince ?? now) : undefined;
    const ended = this.reason(now);
    if (ended === undefined) return undefined;
    const healthy = ended === 'stable';
    const healthySince = healthy ? (this.healthySince?.time ?? null) : null;
    const heldSince = healthy ? this.healthySince?.at : ended === 'died' ? this.firstHealthyAt : undefined;
    const heldMs = Math.round(now - (heldSince ?? now));
    return { healthy, healthySince, heldMs, ended, waitedMs: Math.round(now - this.startedAt), last: health };
  }

  private reason(now: number): HealthVerdict['ended'] | undefined {
    const lasted = (since: number | undefined, ms: number) => since !== undefined && now - since >= ms;
    if (lasted(this.healthySince?.at, this.wanted.stabilityWindowMs)) return 'stable';
    if (!this.isHealthy && lasted(this.endedSince, NOT_RUNNING_MS)) {
      return this.firstHealthyAt === undefined ? 'notRunning' : 'died';
    }
    if (lasted(this.notReadySince, NOT_READY_MS)) return 'dependencyNotReady';
    return lasted(this.startedAt, this.wanted.deadlineMs) ? 'deadline' : undefined;
  }
}

function hasEnded({ active, sub, jobPending }: ServiceState): boolean {
  return (active === 'failed' || active === 'inactive') && !jobPending && sub !== 'auto-restart';
}

function waitsForDependency({ health, ready, failingChecks }: HealthState): boolean {
  return health.answer === 'ok' && ready.answer === 'unhealthy' && failingChecks.length > 0;
}
