import { CONTROLLER_TASK_QUEUE } from '../shared/task-queues';

/** Visibility query: every run that controllers have to go on with. */
export const OPEN_RUNS = `TaskQueue = "${CONTROLLER_TASK_QUEUE}" AND ExecutionStatus = "Running"`;
