import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { OPEN_RUNS } from './open-runs';
import { quietTemporal } from './quiet';
import { workflowSource } from './workflow-source';
import type { WorkflowSource } from './workflow-source';

/** Histories that are fetched ahead of the one that is replayed. */
const FETCHED_AHEAD = 8;

/** An open run that this build's code cannot go on with. */
export interface Misfit {
  workflowId: string;
  runId: string;
  type: string;
  /** What of its history the code does otherwise, in Temporal's words. */
  differs: string;
}

export interface Replayed {
  /** Open runs whose history was replayed. */
  runs: number;
  misfits: Misfit[];
}

interface OpenRun {
  workflowId: string;
  runId: string;
  type: string;
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;

/**
 * Replays the history of every open run of the cluster against these workflows; nothing on the cluster changes.
 *
 * @param onProgress after each run: how many were replayed, of how many about
 * @throws gRPC errors when Temporal is away
 */
export async function replayOpenRuns(
  client: Client,
  { workflows = workflowSource(), onProgress }: ReplayOptions = {},
): Promise<Replayed> {
  quietTemporal({ tellsFailures: false });
  const { count: expected } = await client.workflow.count(OPEN_RUNS);
  // One at a time, in order: what comes back is about the run that went in last.
  let current: OpenRun | undefined;
  async function* histories() {
    for await (const { run, history } of openRuns(client)) {
      current = run;
      yield { workflowId: run.workflowId, history };
    }
  }
  const replayed: Replayed = { runs: 0, misfits: [] };
  for await (const { error } of Worker.runReplayHistories(workflows, histories())) {
    replayed.runs += 1;
    if (error !== undefined && current !== undefined) replayed.misfits.push({ ...current, differs: inOneLine(error) });
    onProgress?.(replayed.runs, Math.max(expected, replayed.runs));
  }
  return replayed;
}

interface ReplayOptions {
  /** @default those of this build */
  workflows?: WorkflowSource | undefined;
  onProgress?: (done: number, expected: number) => void;
}

async function* openRuns(client: Client): AsyncGenerator<{ run: OpenRun; history: History }> {
  const ahead: { run: OpenRun; history: Promise<History | undefined> }[] = [];
  for await (const { workflowId, runId, type } of client.workflow.list({ query: OPEN_RUNS })) {
    const history = historyOf(client, workflowId, runId);
    // It is awaited later, and a failure of it is thrown there.
    history.catch(() => undefined);
    ahead.push({ run: { workflowId, runId, type }, history });
    if (ahead.length >= FETCHED_AHEAD) yield* fetched(ahead.shift()!);
  }
  for (const one of ahead) yield* fetched(one);
}

async function* fetched({ run, history: fetching }: { run: OpenRun; history: Promise<History | undefined> }) {
  const history = await fetching;
  if (history !== undefined && isBegun(history)) yield { run, history };
}

/** Undefined for a run that is gone since it was listed. */
async function historyOf(client: Client, workflowId: string, runId: string): Promise<History | undefined> {
  try {
    return await client.workflow.getHandle(workflowId, runId).fetchHistory();
  } catch (err) {
    if (err instanceof WorkflowNotFoundError) return undefined;
    throw err;
  }
}

/** What no code has worked on yet fits every code. */
function isBegun({ events }: History): boolean {
  return events?.some(({ workflowTaskCompletedEventAttributes: done }) => Boolean(done)) === true;
}

/** Before its details the SDK explains what replaying is, and a failure of the code it prints with all that belongs to it. */
function inOneLine({ message }: Error): string {
  const [, details = message] = /Details: ([\s\S]*)/.exec(message) ?? [];
  const [, failure] = /Failure \{ message: ("(?:[^"\\]|\\.)*")/.exec(details) ?? [];
  const text = failure === undefined ? details : (JSON.parse(failure) as string);
  return text.replaceAll(/\s+/g, ' ').trim();
}
