import type { MaintenanceReport } from '../../shared/maintenance';
import type { Change } from '../../shared/observations/change';
import type { MadeChange } from '../../shared/timeline';
import { bounded, clip } from '../incident/record/clip';
import { isFailure, reason } from '../runbook/step-failures';
import { isoNow } from '../support/time';

type Came = Pick<MadeChange, 'status' | 'detail' | 'before' | 'after'>;

/** Makes a change, and keeps with the task that goes on what was there before it and after. */
export async function keepChange<T>(report: MaintenanceReport, title: string, make: () => Promise<T>): Promise<T> {
  const at = isoNow();
  const keep = (came: Came) => {
    const task = report.tasks.at(-1);
    if (task === undefined) return;
    const n = report.tasks.reduce((sum, { changes = [] }) => sum + changes.length, 0);
    const { cite, title: why } = task;
    const who = report.startedBy ?? 'its schedule';
    task.changes = [...(task.changes ?? []), { n, at, endedAt: isoNow(), cite, title, who, why, ...came }];
  };
  try {
    const result = await make();
    if (isChange(result)) keep(cameOf(result));
    return result;
  } catch (err) {
    const status = isFailure(err, 'ChangeRefused', 'NotAllowed', 'NotConfigured') ? 'skipped' : 'failed';
    keep({ status, detail: clip(reason(err)), before: null, after: null });
    throw err;
  }
}

function cameOf({ before, after, changed, notes }: Change<unknown>): Came {
  const status = changed ? 'done' : 'noChange';
  return { status, detail: clip(notes.join('; ')), before: bounded(before), after: bounded(after) };
}

function isChange(result: unknown): result is Change<unknown> {
  return (
    typeof result === 'object' && result !== null && 'before' in result && 'after' in result && 'changed' in result
  );
}
