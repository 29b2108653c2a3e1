import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { INCIDENT_RUNS } from '../../../shared/ids';
import { postIncidentId } from '../../../shared/post-incident/checklist';
import type { PostIncidentInput } from '../../../shared/post-incident/checklist';
import { searchAttributes } from '../../../shared/search-attributes';
import { CONTROLLER_TASK_QUEUE } from '../../../shared/task-queues';
import { EndedRuns } from '../record/ended-runs';
import { describeRun } from '../run-status';

/** What ended longer before the first look has no checklist: a weekend without a controller is made up for. */
const LOOK_BACK_MS = 3 * 86_400_000;
const AT_ONCE = 4;

/** What a checklist takes with it from the configuration. */
export type PostIncidentPolicy = Omit<PostIncidentInput, 'incident' | 'carried'>;

export interface StarterDeps {
  client: Client;
  policy: PostIncidentPolicy;
  /** What an engineer should know; each once, until it changes. */
  onTrouble: (reason: string) => void;
  now?: () => number;
}

/**
 * Starts the checklist of each incident that is over, however it ended: a run that was terminated starts nothing itself.
 * Its id has the run with which the incident began, so that several controllers start it once.
 */
export class ChecklistStarter {
  private readonly ended: EndedRuns;

  constructor(private readonly deps: StarterDeps) {
    const now = deps.now ?? Date.now;
    this.ended = new EndedRuns(now, now() - LOOK_BACK_MS);
  }

  /** One look at what ended. Never throws: what could not be done is done by the next. */
  async round(): Promise<void> {
    try {
      const left = this.ended.missing(await this.listEnded(), new Set());
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.work(left)));
      this.ended.endRound();
    } catch (err) {
      this.trouble('incidents that ended could not be looked at', err);
    }
  }

  private async listEnded(): Promise<WorkflowExecutionInfo[]> {
    const over = 'ExecutionStatus != "Running" AND ExecutionStatus != "ContinuedAsNew"';
    const query = `${INCIDENT_RUNS} AND ${over} AND CloseTime >= "${this.ended.since.toISOString()}"`;
    const runs: WorkflowExecutionInfo[] = [];
    for await (const run of this.deps.client.workflow.list({ query })) runs.push(run);
    return runs;
  }

  private async work(left: WorkflowExecutionInfo[]): Promise<void> {
    for (let run = left.shift(); run !== undefined; run = left.shift()) {
      try {
        await this.begin(run);
        this.ended.done(run);
      } catch (err) {
        this.trouble(`the checklist of ${run.workflowId} could not be started`, err);
      }
    }
  }

  private async begin({ workflowId, runId: lastRunId, searchAttributes: found }: WorkflowExecutionInfo): Promise<void> {
    if (found['HalcyonOutcome']?.[0] === 'planned') return;
    const { client, policy } = this.deps;
    const described = await describeRun(client, workflowId, lastRunId);
    // Forgotten meanwhile: there is nothing to say of it.
    if (described === undefined) return;
    const runId = described.raw.workflowExecutionInfo?.firstRunId || lastRunId;
    if (await this.goesOn(workflowId, runId)) return;
    const host = String(found['HalcyonHost']?.[0] ?? '');
    const input: PostIncidentInput = { ...policy, incident: { workflowId, runId, lastRunId } };
    try {
      await client.workflow.start('postIncident', {
        workflowId: postIncidentId(input.incident),
        taskQueue: CONTROLLER_TASK_QUEUE,
        args: [input],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        staticSummary: `What is left to do after ${workflowId.replace(/^incident\//, '')}`,
        typedSearchAttributes: host === '' ? [] : [{ key: searchAttributes.host, value: host }],
      });
    } catch (err) {
      if (!(err instanceof WorkflowExecutionAlreadyStartedError)) throw err;
    }
  }

  /** Reset in Temporal UI, it ends as one run and goes on as another. */
  private async goesOn(workflowId: string, firstRunId: string): Promise<boolean> {
    const newest = await describeRun(this.deps.client, workflowId);
    return newest?.status.name === 'RUNNING' && newest.raw.workflowExecutionInfo?.firstRunId === firstRunId;
  }

  private trouble(what: string, err: unknown): void {
    this.deps.onTrouble(`${what}: ${err instanceof Error ? err.message || err.name : String(err)}`);
  }
}
