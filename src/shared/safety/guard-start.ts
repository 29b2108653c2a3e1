import { guardId } from '../ids';
import { CONTROLLER_TASK_QUEUE } from '../task-queues';

/** How a host's guard is started, by whoever wants something of it first. */
export function guardStart(host: string) {
  return {
    workflowId: guardId(host),
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [{ host }],
    staticSummary: `Guard of ${host}: one remediation at a time`,
  };
}
