import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { projectDir } from '../../../lab/project';

const HISTORIES = path.join(projectDir, 'test', 'replay', 'histories');

/**
 * With HALCYON_RECORD_HISTORIES set, keeps this run's history for the replay tests: `guard.paused` as
 * `guard/paused.json`. An older recording
 * stays: runs like it may still be open somewhere, so a changed workflow adds one under a new name.
 */
export async function recordHistory(handle: WorkflowHandle, name: string): Promise<void> {
  const file = path.join(HISTORIES, `${name.replace('.', '/')}.json`);
  if (process.env['HALCYON_RECORD_HISTORIES'] === undefined || existsSync(file)) return;
  const history = JSON.parse(historyToJSON(await handle.fetchHistory())) as RecordedHistory;
  // The time-skipping server leaves it out, and the ids of clock and guard are made of it.
  history.events[0]!.workflowExecutionStartedEventAttributes!.workflowId = handle.workflowId;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(history, withoutStacks, 2)}\n`);
}

interface RecordedHistory {
  events: { workflowExecutionStartedEventAttributes?: { workflowId?: string } }[];
}

/** Replay does not read them, and they name the folders of whoever recorded. */
function withoutStacks(key: string, value: unknown): unknown {
  return key === 'stackTrace' ? '' : value;
}
