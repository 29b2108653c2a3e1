import { proxyActivities } from '@temporalio/workflow';
import type { HostActivities } from '../../../src/activities/host';
import type { ChangePermit } from '../../../src/shared/safety/permit';
import { hostTaskQueue } from '../../../src/shared/task-queues';

/** The start that KingFisher runs in. */
export async function observeStart({ host }: { host: string }): Promise<string> {
  return (await agentOf(host).observeService({ service: 'kingfisher' })).invocation;
}

/** One restart of KingFisher with this permit, tried until an agent answers; gives the new start. */
export async function oneRestart({ host, seen, permit }: RestartInput): Promise<string> {
  const { after } = await agentOf(host).ensureRestarted({ service: 'kingfisher', seenInvocation: seen, permit });
  return after.invocation;
}

export interface RestartInput {
  host: string;
  seen: string;
  permit: ChangePermit;
}

function agentOf(host: string) {
  return proxyActivities<HostActivities>({
    taskQueue: hostTaskQueue(host),
    startToCloseTimeout: '60s',
    heartbeatTimeout: '2s',
    retry: { initialInterval: 100, backoffCoefficient: 1 },
  });
}
