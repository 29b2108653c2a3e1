import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Subject } from '../../shared/paging/escalation';
import { searchAttributes } from '../../shared/search-attributes';

/** The alert's start; where other clocks run ahead, or say nothing that makes sense, ours. Epoch milliseconds. */
export function zeroOf({ startsAt }: Subject): number {
  const own = workflowInfo().startTime.getTime();
  const ms = Date.parse(startsAt);
  return Number.isFinite(ms) ? Math.min(ms, own) : own;
}

export function showSubject({ host, alertname, severity }: Subject): void {
  upsertSearchAttributes([
    { key: searchAttributes.host, value: host ?? 'unknown' },
    { key: searchAttributes.alert, value: alertname.slice(0, 255) },
    { key: searchAttributes.severity, value: severity.slice(0, 255) },
    { key: searchAttributes.tier, value: 0 },
  ]);
}

export function showSeverity({ severity }: Subject): void {
  upsertSearchAttributes([{ key: searchAttributes.severity, value: severity.slice(0, 255) }]);
}
