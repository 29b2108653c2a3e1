import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { findAgent } from './agent-process';
import type { RecoverySite } from './recovery-site';

export type Victim = 'agent' | 'controller';

/** Activities of a recovery and the step of the document that they belong to. */
export const STEP_OF: Record<string, string> = {
  ensureBackup: 'H.2',
  ensureRestarted: 'H.6',
  waitUntilDependencyReady: 'H.6',
  observeExchanges: 'H.7',
  ensureStopped: 'H.1',
  ensureStraysEnded: 'H.1',
  ensurePermissions: 'H.3',
  ensureTemporaryFilesCleared: 'H.4',
  ensureRateLimitsReset: 'H.5',
  ensureStarted: 'H.8',
  waitUntilHealthy: 'H.9',
};

/** One kill -9. */
export interface Strike {
  activity: string;
  victim: Victim;
  /** The activity had begun, and its end was not known to Temporal yet. */
  inside: boolean;
}

/** Milliseconds that each activity takes when nobody strikes; the longest where there are several of its type. */
export type Durations = Record<string, number>;

const STARTED = 2;

/** How long each activity of an ended run took. */
export async function measureDurations(run: WorkflowHandle): Promise<Durations> {
  const durations: Durations = {};
  const types = new Map<string, string>();
  const starts = new Map<string, number>();
  for (const event of (await run.fetchHistory()).events ?? []) {
    const at = Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6;
    const { activityTaskScheduledEventAttributes: scheduled, activityTaskStartedEventAttributes: started } = event;
    const completed = event.activityTaskCompletedEventAttributes;
    if (scheduled) types.set(String(event.eventId), scheduled.activityType?.name ?? '');
    if (started) starts.set(String(started.scheduledEventId), at);
    if (!completed) continue;
    const id = String(completed.scheduledEventId);
    const type = types.get(id) ?? '';
    durations[type] = Math.max(durations[type] ?? 0, at - (starts.get(id) ?? at));
  }
  return durations;
}

/** Strikes once in each activity of a run, at a random moment of the time that it takes. */
export class Chaos {
  constructor(
    private readonly site: RecoverySite,
    private readonly durations: Durations,
    private readonly random: () => number,
  ) {}

  /** Until the run has ended. */
  async strike(run: WorkflowHandle, victims: Map<string, Victim>): Promise<Strike[]> {
    const strikes: Strike[] = [];
    const left = new Map(victims);
    for (;;) {
      const { isOpen, started } = await this.look(run);
      if (!isOpen) return strikes;
      const [id, activity] = this.shortest(started, left) ?? [];
      if (id === undefined || activity === undefined) {
        await sleep(2);
        continue;
      }
      await sleep(this.random() * this.durationOf(activity));
      const victim = left.get(activity)!;
      left.delete(activity);
      const revive = await this.kill(victim);
      const inside = (await this.look(run)).pending.has(id);
      strikes.push({ activity, victim, inside });
      await revive();
    }
  }

  /** Activities that the agent of this moment works on: one that died is still taken for at work until its heartbeat is missed. */
  private async look(run: WorkflowHandle) {
    const { status, raw } = await run.describe();
    const pending = raw.pendingActivities ?? [];
    const agent = findAgent(this.site.lab.host.name);
    const isAtWork = (identity: string | null | undefined) => identity?.startsWith(`${agent?.insidePid}@`) === true;
    const started = pending
      .filter((one) => one.state === STARTED && isAtWork(one.lastWorkerIdentity))
      .map((one) => [one.activityId ?? '', one.activityType?.name ?? ''] as const);
    return { isOpen: status.name === 'RUNNING', started, pending: new Set(pending.map((one) => one.activityId ?? '')) };
  }

  /** The one that is over first: the others can wait. */
  private shortest(started: (readonly [string, string])[], left: Map<string, Victim>) {
    const wanted = started.filter(([, activity]) => left.has(activity));
    return wanted.sort(([, a], [, b]) => this.durationOf(a) - this.durationOf(b))[0];
  }

  private durationOf(activity: string): number {
    return this.durations[activity] ?? 0;
  }

  /** systemd starts the agent again; the controller is ours to start. */
  private async kill(victim: Victim): Promise<() => Promise<void>> {
    if (victim === 'agent') {
      const agent = findAgent(this.site.lab.host.name);
      if (agent !== undefined) process.kill(agent.pid, 'SIGKILL');
      return async () => undefined;
    }
    const { controller } = this.site.lab.stack;
    await controller.kill();
    return async () => void (await controller.start());
  }
}
