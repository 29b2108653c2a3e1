import type { ActivityInterfaceFor } from '@temporalio/workflow';
import type { HostActivities } from '../../activities/host';
import type { TaskReport } from '../../shared/maintenance';
import type { Approval, ApprovalSubject } from '../../shared/safety/approval';
import type { ChangePermit } from '../../shared/safety/permit';

export type Host = ActivityInterfaceFor<HostActivities>;

/** What came of a task that did not fail. */
export type TaskResult = Pick<TaskReport, 'state' | 'detail' | 'table' | 'charts' | 'toDo'> & { lines?: string[] };

/** What a task may do. What it throws is its own failure: the others go on. */
export interface TaskSite {
  readonly host: string;
  readonly isDryRun: boolean;
  /** When the run began: what was done since need not be done again. ISO 8601. */
  readonly startedAt: string;
  /** Only looks. */
  look<T>(title: string, call: (host: Host) => Promise<T>): Promise<T>;
  /**
   * A change, in the turn of this run; begun again where it had to give way.
   *
   * @throws ApplicationFailure `ChangeRefused` where the window was over before
   */
  change<T>(title: string, withinMs: number, call: (host: Host, permit: ChangePermit) => Promise<T>): Promise<T>;
  /** Asks people, until the window is over; silence is a no. */
  ask(subject: ApprovalSubject): Promise<Approval>;
}

export interface Task {
  /** Its line of the document. */
  cite: string;
  title: string;
  work(site: TaskSite): Promise<TaskResult>;
}
