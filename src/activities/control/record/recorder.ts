import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { INCIDENT_RUNS, isIncidentId } from '../../../shared/ids';
import { isWork } from '../../../shared/record';
import type { Recorded } from '../../../shared/record';
import type { Store } from '../../../store/store';
import { EndedRuns } from './ended-runs';
import { handOver } from './hand-over';
import { OpenRuns } from './open-runs';
import { bareIncident, readRun } from './read-run';
import { IS_WORK, readWork } from './read-work';

const PRUNE_EVERY_MS = 3_600_000;
const AT_ONCE = 4;
/** So long after a run was ended from outside a controller may still come that can say how it stood. */
const READABLE_WITHIN_MS = 600_000;

export interface RecorderDeps {
  client: Client;
  store: Pick<Store, 'migrate' | 'write' | 'over' | 'prune'>;
  keepForMs: number;
  /** What an engineer should know; each once, until it changes. */
  onTrouble: (reason: string) => void;
  onMigrated?: (names: string[]) => void;
  now?: () => number;
}

/**
 * Writes incidents down as they stand, beside them: none knows of it or waits for it. Temporal has each as long as it is open,
 * and for its retention; what the store does not take of one that is over, or grows beyond what its view can show, is handed
 * over to a workflow that keeps it for as long as it takes.
 */
export class Recorder {
  private readonly now: () => number;
  private readonly open: OpenRuns;
  private readonly ended: EndedRuns;
  private isWell = false;
  private prunedAt = -Infinity;

  constructor(private readonly deps: RecorderDeps) {
    this.now = deps.now ?? Date.now;
    this.open = new OpenRuns(this.now);
    this.ended = new EndedRuns(this.now);
  }

  /** One look at all that goes into the record. Never throws: what could not be done is done by the next. */
  async round(): Promise<void> {
    try {
      await this.prepare();
      await this.each(await this.listEnded(), (run) => this.recordEnded(run));
      this.ended.endRound();
      await this.each(this.open.due(await this.listOpen()), (run) => this.recordOpen(run));
    } catch (err) {
      this.trouble('incidents could not be looked at', err);
    }
  }

  private async prepare(): Promise<void> {
    if (!this.isWell && (await this.isUsable())) this.open.lookAgain();
    if (!this.isWell || this.now() - this.prunedAt < PRUNE_EVERY_MS) return;
    await this.asked(() => this.deps.store.prune(new Date(this.now() - this.deps.keepForMs)));
    this.prunedAt = this.now();
  }

  /** It answers, and is up to date. */
  private async isUsable(): Promise<boolean> {
    try {
      const applied = await this.deps.store.migrate();
      if (applied.length > 0) this.deps.onMigrated?.(applied);
      this.isWell = true;
    } catch (err) {
      this.isWell = false;
      this.trouble('the store cannot be used', err);
    }
    return this.isWell;
  }

  /** What the store answers; undefined where it does not. One that is away is asked no more in this round. */
  private async asked<T>(ask: () => Promise<T>): Promise<T | undefined> {
    if (!this.isWell) return undefined;
    try {
      return await ask();
    } catch (err) {
      this.trouble('the store did not take it', err);
      // It may be only this that it does not take.
      await this.isUsable();
      return undefined;
    }
  }

  private async listOpen(): Promise<WorkflowExecutionInfo[]> {
    return await this.list('ExecutionStatus = "Running"');
  }

  /** Those that ended since the last look, and are not on the record. */
  private async listEnded(): Promise<WorkflowExecutionInfo[]> {
    const since = `CloseTime >= "${this.ended.since.toISOString()}"`;
    const runs = await this.list(`ExecutionStatus != "Running" AND ExecutionStatus != "ContinuedAsNew" AND ${since}`);
    const over = await this.asked(() => this.deps.store.over(this.ended.unsure(runs).map(({ runId }) => runId)));
    return this.ended.missing(runs, over ?? null);
  }

  private async list(condition: string): Promise<WorkflowExecutionInfo[]> {
    const runs: WorkflowExecutionInfo[] = [];
    const query = `(${INCIDENT_RUNS} OR ${IS_WORK}) AND ${condition}`;
    for await (const run of this.deps.client.workflow.list({ query })) runs.push(run);
    return runs;
  }

  private async recordEnded(ended: WorkflowExecutionInfo): Promise<void> {
    const { workflowId, runId, closeTime } = ended;
    const run = await this.readEnded(workflowId, runId, closeTime ?? new Date(0));
    if (run === null) return;
    if (!(await this.isWritten(run))) await handOver(this.deps.client, run);
    this.ended.done(ended);
  }

  /** Null where a controller may still come that can say how it stood. */
  private async readEnded(workflowId: string, runId: string, endedAt: Date): Promise<Recorded | null> {
    const { client } = this.deps;
    const isLate = this.now() - endedAt.getTime() >= READABLE_WITHIN_MS;
    if (!isIncidentId(workflowId)) {
      const work = await readWork(client, workflowId, runId);
      return work.isBare === true && !isLate ? null : work;
    }
    const run = await readRun(client, workflowId, runId);
    const { view } = run;
    if (view !== null) return { ...run, view };
    return isLate ? bareIncident(run, await client.workflow.getHandle(workflowId, runId).describe()) : null;
  }

  private async recordOpen({ workflowId, runId }: WorkflowExecutionInfo): Promise<void> {
    const run = await this.readOpen(workflowId, runId);
    if (run === null) return;
    const version = versionOf(run);
    if (!this.open.isNews(runId, version)) return;
    if (await this.isWritten(run)) return this.open.kept(runId, version);
    if (!this.open.isAtRisk(runId, version)) return;
    await handOver(this.deps.client, run);
    this.open.kept(runId, version);
  }

  private async readOpen(workflowId: string, runId: string): Promise<Recorded | null> {
    const { client } = this.deps;
    if (!isIncidentId(workflowId)) {
      const work = await readWork(client, workflowId, runId);
      return work.isBare === true ? null : work;
    }
    const { view, ...run } = await readRun(client, workflowId, runId);
    return view === null ? null : { ...run, view };
  }

  private async isWritten(run: Recorded): Promise<boolean> {
    return (await this.asked(() => this.deps.store.write(run))) !== undefined;
  }

  /** A few at a time. One that fails is done by a later round, and keeps no other from being done. */
  private async each(
    runs: WorkflowExecutionInfo[],
    work: (run: WorkflowExecutionInfo) => Promise<void>,
  ): Promise<void> {
    const left = [...runs];
    const worker = async () => {
      for (let run = left.shift(); run !== undefined; run = left.shift()) {
        const { workflowId } = run;
        await work(run).catch((err: unknown) => this.trouble(`${workflowId} could not be read`, err));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  private trouble(what: string, err: unknown): void {
    this.deps.onTrouble(`${what}: ${err instanceof Error ? err.message || err.name : String(err)}`);
  }
}

/** By what a later look tells whether there is something new. Of what is no incident nothing is ever left out of its view. */
function versionOf(run: Recorded): Parameters<OpenRuns['isNews']>[1] {
  return isWork(run) ? { changedAt: `${run.lastStartedAt} ${run.events}`, timeline: [] } : run.view;
}
