/** Task queue of the controller: every workflow. */
export const CONTROLLER_TASK_QUEUE = 'halcyon';

/** Task queue of one host's agent: every activity that touches that host, and nothing else. */
export function hostTaskQueue(host: string): string {
  return `host/${host}`;
}
