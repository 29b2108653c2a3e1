import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { findAgent, isAlive } from './sites/agent-process';
import type { AgentProcess } from './sites/agent-process';
import type { RecoverySite } from './sites/recovery-site';

export type Victim = 'agent' | 'controller';

/** Activities of a recovery and the step of the document that they belong to. */
export const STEP_OF: Record<string, string> = {
  ensureBackup: 'H.2',
  ensureRestarted: 'H.6',
  // The document waits in a step of its own.
  'waitUntil dependency': 'H.7',
  observeExchanges: 'H.7',
  ensureStopped: 'H.1',
  ensureStraysEnded: 'H.1',
  ensurePermissions: 'H.3',
  ensureTemporaryFilesCleared: 'H.4',
  ensureRateLimitsReset: 'H.5',
  ensureStarted: 'H.8',
  'waitUntil health': 'H.9',
};

/** One kill -9. */
export interface Strike {
  activity: string;
  victim: Victim;
  /** The activity had begun, and its end was not known to Temporal yet: by the history. */
  inside: boolean;
}

/** Milliseconds that each activity takes when nobody strikes; the shortest where there are several of its type. */
export type Durations = Record<string, number>;

const STARTED = 2;
const LOOK_EVERY_MS = 5;
/** What is seen of an activity is seen a little after its begin. */
const REACH = 0.7;

type Scheduled = temporal.api.history.v1.IActivityTaskScheduledEventAttributes;

interface Ended {
  id: string;
  type: string;
  /** Epoch milliseconds; of its last attempt. */
  startedAt: number;
  endedAt: number;
}

/** Each activity that ended well in an ended run, by Temporal's clock, which is this machine's. */
async function endedActivities(run: WorkflowHandle): Promise<Ended[]> {
  const open = new Map<string, Ended>();
  const ended: Ended[] = [];
  for (const event of (await run.fetchHistory()).events ?? []) {
    const at = Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6;
    const { activityTaskScheduledEventAttributes: scheduled, activityTaskStartedEventAttributes: started } = event;
    if (scheduled) {
      const id = scheduled.activityId ?? '';
      open.set(String(event.eventId), { id, type: nameOf(scheduled), startedAt: at, endedAt: at });
    }
    const running = open.get(String(started?.scheduledEventId));
    if (running !== undefined) running.startedAt = at;
    const done = open.get(String(event.activityTaskCompletedEventAttributes?.scheduledEventId));
    if (done !== undefined) ended.push({ ...done, endedAt: at });
  }
  return ended;
}

/** An activity that waits is known by what it waits for. */
function nameOf({ activityType, input }: Scheduled): string {
  const type = activityType?.name ?? '';
  if (type !== 'waitUntil') return type;
  const { reading } = JSON.parse(Buffer.from(input?.payloads?.[0]?.data ?? []).toString()) as { reading: string };
  return `${type} ${reading}`;
}

/** How long each activity of an ended run took. */
export async function measureDurations(run: WorkflowHandle): Promise<Durations> {
  const durations: Durations = {};
  for (const { type, startedAt, endedAt } of await endedActivities(run)) {
    durations[type] = Math.min(durations[type] ?? Infinity, endedAt - startedAt);
  }
  return durations;
}

/** Strikes in the activities of a run, each time at a random moment of the time that one takes. */
export class Chaos {
  private agent: AgentProcess | undefined;
  private readonly names = new Map<string, string>();
  private reviving: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly site: RecoverySite,
    private readonly durations: Durations,
    private readonly random: () => number,
  ) {}

  /** Until the run has ended. `victims`: for each activity whom to kill in it, one after the other. */
  async strike(run: WorkflowHandle, victims: Map<string, Victim[]>): Promise<Strike[]> {
    const blows: { id: string; activity: string; victim: Victim; at: number }[] = [];
    for (;;) {
      const { isOpen, started } = await this.look(run);
      if (!isOpen) break;
      const [id, activity] = this.shortest(started, victims) ?? [];
      const victim = activity === undefined ? undefined : victims.get(activity)?.shift();
      if (id === undefined || activity === undefined || victim === undefined) {
        await sleep(LOOK_EVERY_MS);
        continue;
      }
      await sleep(this.random() * REACH * this.durationOf(activity));
      blows.push({ id, activity, victim, at: await this.kill(victim) });
    }
    await this.reviving;
    const ended = new Map((await endedActivities(run)).map((one) => [one.id, one.endedAt]));
    return blows.map(({ id, activity, victim, at }) => ({
      activity,
      victim,
      inside: at < (ended.get(id) ?? Infinity),
    }));
  }

  /**
   * Activities that the agent of this moment works on: one that died is still taken for at work until its heartbeat is
   * missed.
   */
  private async look(run: WorkflowHandle) {
    const { status, raw } = await run.describe();
    const pending = raw.pendingActivities ?? [];
    const agent = this.livingAgent();
    const isAtWork = (identity: string | null | undefined) => identity?.startsWith(`${agent?.insidePid}@`) === true;
    const ids = pending
      .filter((one) => one.state === STARTED && isAtWork(one.lastWorkerIdentity))
      .map((one) => one.activityId ?? '');
    const started = await Promise.all(ids.map(async (id) => [id, await this.nameOf(id, run)] as const));
    return { isOpen: status.name === 'RUNNING', started };
  }

  private async nameOf(id: string, run: WorkflowHandle): Promise<string> {
    const key = `${run.workflowId} ${id}`;
    if (!this.names.has(key)) {
      for (const { activityTaskScheduledEventAttributes: one } of (await run.fetchHistory()).events ?? []) {
        if (one) this.names.set(`${run.workflowId} ${one.activityId ?? ''}`, nameOf(one));
      }
    }
    return this.names.get(key) ?? '';
  }

  private livingAgent(): AgentProcess | undefined {
    if (this.agent === undefined || !isAlive(this.agent)) this.agent = findAgent(this.site.lab.host.name);
    return this.agent;
  }

  /** The one that is over first: the others can wait. */
  private shortest(started: (readonly [string, string])[], victims: Map<string, Victim[]>) {
    const wanted = started.filter(([, activity]) => (victims.get(activity)?.length ?? 0) > 0);
    return wanted.sort(([, a], [, b]) => this.durationOf(a) - this.durationOf(b))[0];
  }

  private durationOf(activity: string): number {
    return this.durations[activity] ?? 0;
  }

  /** When it struck. systemd starts the agent again; the controller is ours to start. */
  private async kill(victim: Victim): Promise<number> {
    if (victim === 'agent') {
      const agent = this.livingAgent();
      const at = Date.now();
      if (agent !== undefined) process.kill(agent.pid, 'SIGKILL');
      return at;
    }
    await this.reviving;
    const { controller } = this.site.lab.stack;
    const at = Date.now();
    await controller.kill();
    this.reviving = controller.start();
    // Told where it is awaited.
    this.reviving.catch(() => undefined);
    return at;
  }
}
