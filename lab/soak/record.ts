/** What a soak has seen, each by its own means. Times are epoch milliseconds of this machine, whose clock all parts share. */
import type { IncidentState } from '../../src/shared/incident';
import type { Dependency, FaultName } from './schedule';

/** One look at everything at once. */
export interface Sample {
  at: number;
  /** `/health` and `/ready` answered 200. */
  well: boolean;
  /** Prometheus has KingfisherServiceDown firing; null when it could not be asked. */
  fires: boolean | null;
  /** The open incident of this host; null when there is none. */
  incident: { runId: string; state: IncidentState; activities: string[] } | null;
  /** Somebody was rung, and it has not been resolved for them. */
  told: boolean;
}

/** A fault from its begin until it is mended for certain: by the soak, in a person's place. */
export interface FaultSpan {
  name: FaultName;
  dependency: Dependency;
  from: number;
  /** Infinity while it lasts. */
  to: number;
}

/** A stretch in which the soak itself stopped, started or restarted a unit. */
export interface OwnWork {
  unit: string;
  from: number;
  to: number;
}

/** systemd stopped a unit that ran. */
export interface UnitStop {
  unit: string;
  at: number;
}

export interface SoakRecord {
  samples: Sample[];
  faults: FaultSpan[];
  ownWork: OwnWork[];
  unitStops: UnitStop[];
}

/** `dependencyBusy (redis)` */
export function nameOf({ name, dependency }: Pick<FaultSpan, 'name' | 'dependency'>): string {
  return name.startsWith('dependency') ? `${name} (${dependency})` : name;
}

/** `10:15:02` */
export function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
