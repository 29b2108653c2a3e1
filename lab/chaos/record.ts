/** What is known after a run of chaos. Times are epoch milliseconds of this machine, which all its parts share. */
import type { SettingValue } from '../../src/shared/safety/lease';
import type { ChangeLine } from './change-log';

export interface ChaosRecord {
  incidents: PagedIncident[];
  pages: SlackPage[];
  rings: Ring[];
  hosts: HostRecord[];
  leases: LeaseEnd[];
  open: OpenWorkflow[];
}

/** An incident that people may be paged about. */
export interface PagedIncident {
  workflowId: string;
  /** The run with which it began, and those that resets made of it. */
  runs: string[];
  startsAt: number;
  /** Tiers that were due and had the time to arrive when it was closed. */
  due: number[];
  acknowledged: Acknowledged | null;
}

/** Nobody is paged by a tier whose time comes between these two. */
export interface Acknowledged {
  takenAt: number;
  until: number;
}

/** A message of a tier in Slack. */
export interface SlackPage {
  /** `<run>/<firing>/tier-<n>/<team>/slack` */
  key: string;
  at: number;
}

/** An incident that PagerDuty opened. */
export interface Ring {
  service: string;
  /** `halcyon/<workflow id>/<run>/<firing>` */
  dedupKey: string;
}

export interface HostRecord {
  name: string;
  changes: ChangeLine[];
  /** When each agent process was seen to be dead, by its pid; ISO 8601. */
  deaths: Map<number, string>;
  settings: SettingRecord[];
}

/** Every value that a setting had, in order, repeats left out; the first is the original. */
export interface SettingRecord {
  name: string;
  values: SettingValue[];
}

/** How a lease stands at the end. `state`: of its view, or of its run where that ended in another way. */
export interface LeaseEnd {
  workflowId: string;
  state: string;
}

/** A workflow that has not ended. `attempt`: of its workflow task, 0 where none is pending. */
export interface OpenWorkflow {
  workflowId: string;
  type: string;
  attempt: number;
}

/** A guard ends when nothing is left to remember, and a checklist when people have done what is on it. */
export function staysOpen(type: string): boolean {
  return type === 'guard' || type === 'postIncident';
}
