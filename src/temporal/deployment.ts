import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, isGrpcServiceError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { WorkerDeploymentOptions } from '@temporalio/worker';
import { CONTROLLER_TASK_QUEUE } from '../shared/task-queues';
import { OPEN_RUNS } from './open-runs';

/** Temporal's name for all controllers together; each build of them is a version of it. */
export const DEPLOYMENT_NAME = 'halcyon-controller';

/** Message of a run that goes on for long: which version is to run it may have changed. */
const MOVE_ON_SIGNAL = 'moveOn';
const GRPC_NOT_FOUND = 5;
const GRPC_FAILED_PRECONDITION = 9;
/** Temporal's numbers for workflow tasks, for an override that pins, and for routing that is being changed. */
const WORKFLOW_TASKS = 1;
const PINNED = 1;
const ROUTING_IN_PROGRESS = 1;
const ROUTED_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 100;
/** One question of a worker for work lasts up to a minute. */
const POLLS_WITHIN_MS = 90_000;

/** One build of the controller, as Temporal knows it. */
export interface Build {
  id: string;
  isCurrent: boolean;
  /** Controllers of it that asked for work lately, as `<pid>@<machine>`. */
  controllers: string[];
  /** Open runs that it has, and nobody else. */
  openRuns: number;
}

/** How a controller of this build says to Temporal which one it is. Every run stays with its build until it moves on. */
export function deploymentOptions(buildId: string): WorkerDeploymentOptions {
  return {
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'PINNED',
    version: { deploymentName: DEPLOYMENT_NAME, buildId },
  };
}

/** Which build gets what begins: null where none does, which is `decided` where somebody said so. */
export async function currentBuild(client: Client): Promise<{ buildId: string | null; decided: boolean }> {
  const routing = (await describeDeployment(client))?.routingConfig;
  const buildId = routing?.currentDeploymentVersion?.buildId || null;
  return { buildId, decided: Number(routing?.currentVersionChangedTime?.seconds ?? 0) > 0 };
}

/** Every build that has controllers or open runs, or is current; the current one first. */
export async function builds(client: Client): Promise<Build[]> {
  const info = await describeDeployment(client);
  const current = info?.routingConfig?.currentDeploymentVersion?.buildId;
  const ids = (info?.versionSummaries ?? []).flatMap(({ deploymentVersion }) => deploymentVersion?.buildId ?? []);
  const controllers = await controllersByBuild(client);
  const all = await Promise.all(
    ids.map(async (id) => ({
      id,
      isCurrent: id === current,
      controllers: controllers[id] ?? [],
      openRuns: (await client.workflow.count(openRunsOf(id))).count,
    })),
  );
  return all
    .filter((one) => one.isCurrent || one.controllers.length > 0 || one.openRuns > 0)
    .sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent));
}

/**
 * From now on this build gets what begins. `null`: controllers without a version do.
 *
 * @throws Error where Temporal does not know this build: no controller of it has asked for work
 */
export async function makeCurrent(client: Client, buildId: string | null): Promise<void> {
  try {
    await client.workflowService.setWorkerDeploymentCurrentVersion({
      namespace: client.options.namespace,
      deploymentName: DEPLOYMENT_NAME,
      buildId: buildId ?? '',
      identity: client.options.identity,
    });
  } catch (err) {
    if (!isGrpcServiceError(err) || ![GRPC_NOT_FOUND, GRPC_FAILED_PRECONDITION].includes(err.code)) throw err;
    throw new UnknownBuild(`Temporal knows no controller of build ${buildId}: start one first (${err.details})`, {
      cause: err,
    });
  }
}

/** No controller of this build has asked Temporal for work yet. */
export class UnknownBuild extends Error {}

/**
 * Until every part of Temporal routes by what was said last: a run that looks before would be told of the old build.
 *
 * @throws Error where that takes longer than a minute
 */
export async function untilRouted(client: Client): Promise<void> {
  for (const deadline = Date.now() + ROUTED_WITHIN_MS; ; await sleep(LOOK_AGAIN_MS)) {
    const info = await describeDeployment(client);
    if (info?.routingConfigUpdateState !== ROUTING_IN_PROGRESS) return;
    if (Date.now() > deadline) throw new Error('Temporal does not come to route by it: say it again in a while');
  }
}

/** Tells every open run of other builds to look which one is to run it; how many were told. */
export async function tellToMoveOn(client: Client, except: string): Promise<number> {
  let told = 0;
  const others = `${OPEN_RUNS} AND TemporalWorkerDeploymentVersion != "${DEPLOYMENT_NAME}:${except}"`;
  for await (const { workflowId, runId } of client.workflow.list({ query: others })) {
    if (await unlessOver(() => client.workflow.getHandle(workflowId, runId).signal(MOVE_ON_SIGNAL))) told += 1;
  }
  return told;
}

/** Gives the open runs of a build to another one for good, as they stand: its code must fit their histories. */
export async function adopt(client: Client, { from, to }: { from: string; to: string }): Promise<number> {
  let adopted = 0;
  const version = { deploymentName: DEPLOYMENT_NAME, buildId: to };
  for await (const { workflowId, runId } of client.workflow.list({ query: openRunsOf(from) })) {
    const move = () =>
      client.workflowService.updateWorkflowExecutionOptions({
        namespace: client.options.namespace,
        workflowExecution: { workflowId, runId },
        workflowExecutionOptions: { versioningOverride: { pinned: { version, behavior: PINNED } } },
        updateMask: { paths: ['versioning_override'] },
      });
    if (await unlessOver(move)) adopted += 1;
  }
  return adopted;
}

function openRunsOf(buildId: string): string {
  return `${OPEN_RUNS} AND TemporalWorkerDeploymentVersion = "${DEPLOYMENT_NAME}:${buildId}"`;
}

async function describeDeployment(client: Client) {
  try {
    const { workerDeploymentInfo } = await client.workflowService.describeWorkerDeployment({
      namespace: client.options.namespace,
      deploymentName: DEPLOYMENT_NAME,
    });
    return workerDeploymentInfo ?? undefined;
  } catch (err) {
    if (isGrpcServiceError(err) && err.code === GRPC_NOT_FOUND) return undefined;
    throw err;
  }
}

async function controllersByBuild({ workflowService, options }: Client): Promise<Record<string, string[]>> {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace: options.namespace,
    taskQueue: { name: CONTROLLER_TASK_QUEUE },
    taskQueueType: WORKFLOW_TASKS,
  });
  const byBuild: Record<string, string[]> = {};
  for (const { identity, lastAccessTime, deploymentOptions: version } of pollers) {
    const isLately = Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1_000 < POLLS_WITHIN_MS;
    if (isLately && version?.buildId) (byBuild[version.buildId] ??= []).push(identity ?? 'unnamed');
  }
  return byBuild;
}

/** False where the run is over by now. */
async function unlessOver(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (err) {
    if (err instanceof WorkflowNotFoundError || (isGrpcServiceError(err) && err.code === GRPC_NOT_FOUND)) return false;
    throw err;
  }
}
