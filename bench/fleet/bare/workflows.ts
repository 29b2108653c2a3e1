import {
  ParentClosePolicy,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  proxyActivities,
  setHandler,
  sleep,
  startChild,
} from '@temporalio/workflow';
import type { HostActivities } from '../../../src/activities/host';
import { hostTaskQueue } from '../../../src/shared/task-queues';

/** What a bare incident has done outside, besides by its host. */
export interface BareActivities {
  /** Starts the bare guard of a host, and asks it. */
  ask(host: string): Promise<void>;
  page(): Promise<void>;
}

const toldSignal = defineSignal<[]>('told');
const LOOKS = 10;
const STEPS = 3;
const { ask, page } = proxyActivities<BareActivities>({ startToCloseTimeout: '10s' });

/**
 * What Temporal alone takes for an incident that heals: as many activities of the same agent, and workflows, signals and
 * timers, as Halcyon's own; with nothing to decide and nothing to show.
 */
export async function bareIncident(host: string): Promise<void> {
  const heard = listen();
  const look = () => agentOf(host).observeAllowed();
  const [clock] = await Promise.all([
    startChild(bareClock, { workflowId: `bareClock/${host}`, parentClosePolicy: ParentClosePolicy.ABANDON }),
    ask(host),
    ...Array.from({ length: LOOKS }, look),
  ]);
  const guard = getExternalWorkflowHandle(bareGuardId(host));
  await condition(() => heard() > 0);
  const noted = guard.signal(toldSignal);
  for (let step = 0; step < STEPS; step++) await look();
  await Promise.all([noted, guard.signal(toldSignal), clock.signal(toldSignal)]);
  await sleep('1s');
  await Promise.all([guard.signal(toldSignal), clock.signal(toldSignal)]);
}

/** Told twice; pages at the end. */
export async function bareClock(): Promise<void> {
  const heard = listen();
  for (const times of [1, 2]) await condition(() => heard() >= times, '10m');
  await page();
}

/** Asked once, and told three times more. */
export async function bareGuard(incidentId: string): Promise<void> {
  const heard = listen();
  await condition(() => heard() >= 1);
  await getExternalWorkflowHandle(incidentId).signal(toldSignal);
  for (const times of [2, 3, 4]) await condition(() => heard() >= times, '10m');
}

export function bareGuardId(host: string): string {
  return `bareGuard/${host}`;
}

export function bareIncidentId(host: string): string {
  return `bareIncident/${host}`;
}

/** How often it was told something. */
function listen(): () => number {
  let times = 0;
  setHandler(toldSignal, () => void (times += 1));
  return () => times;
}

function agentOf(host: string) {
  const timeouts = { scheduleToStartTimeout: '1m', startToCloseTimeout: '15s', heartbeatTimeout: '3s' } as const;
  return proxyActivities<HostActivities>({ taskQueue: hostTaskQueue(host), ...timeouts });
}
