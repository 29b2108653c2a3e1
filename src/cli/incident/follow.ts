import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { QueryNotRegisteredError, isGrpcServiceError } from '@temporalio/client';
import type { IncidentView } from '../../shared/incident';
import { isSilence } from '../support/controller';
import { causeOf } from '../support/grpc';
import { TimelinePrinter } from './print-timeline';

const EVERY_MS = 250;

/**
 * Prints an incident's timeline as it grows, until it closes or people have it, and returns its last view. A controller that is away is
 * waited for: the incident is safe in Temporal, only nobody can tell its state.
 *
 * @param signal ends following, not the incident: its reason is thrown
 * @throws WorkflowFailedError when the workflow did not end by itself (cancelled, terminated, failed)
 */
export async function followIncident(
  handle: WorkflowHandle,
  write: (line: string) => void,
  signal?: AbortSignal,
): Promise<IncidentView> {
  const printer = new TimelinePrinter(write);
  let waiting = false;
  for (;;) {
    signal?.throwIfAborted();
    const view = await currentView(handle);
    if (view === undefined && !waiting) write('(no controller answers; waiting for one)');
    waiting = view === undefined;
    if (view !== undefined) printer.update(view);
    if (view !== undefined && (view.outcome !== null || view.state === 'waitingForPeople')) return view;
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return await lastView(handle, printer);
    await sleep(EVERY_MS);
  }
}

async function lastView(handle: WorkflowHandle, printer: TimelinePrinter): Promise<IncidentView> {
  const view = (await handle.result()) as IncidentView;
  printer.update(view);
  return view;
}

/** The view by query, or undefined while no controller can answer. */
async function currentView(handle: WorkflowHandle): Promise<IncidentView | undefined> {
  try {
    return await handle.query<IncidentView>('timeline');
  } catch (err) {
    if (err instanceof QueryNotRegisteredError)
      throw new Error(`${handle.workflowId} is not an incident`, { cause: err });
    if (isSilence(err) || isGrpcServiceError(causeOf(err))) return undefined;
    throw err;
  }
}
