import { workflowInfo } from '@temporalio/workflow';

/** Temporal ends a run of 51,200 events or 50 MB; a history is replayed within one workflow task. */
const LONG = { events: 2_000, bytes: 8_000_000 };

/** A run goes on in a new one before its history is large, by events or by bytes. */
export function isHistoryLong(): boolean {
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  return historyLength > LONG.events || historySize > LONG.bytes || continueAsNewSuggested;
}
