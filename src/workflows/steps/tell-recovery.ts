import { formatDuration } from '../../shared/text/durations';
import type { Change, FileCount } from '../../shared/observations/observations';
import type {
  BackupPlan,
  BackupState,
  ExchangeState,
  PermissionCount,
  RateLimitCount,
  StrayList,
  StraysEnded,
} from '../../shared/observations/recovery-observations';
import type { Told } from '../runbook/host-steps';
import { size } from './tell';

/** How the steps of a full recovery read in the timeline: one line each, before and after. */

export function tellStrays(list: StrayList): string {
  const shown = list.processes.slice(0, 5).map(({ pid, command }) => `${pid} ${command}`);
  const more = list.processes.length - shown.length + list.more;
  return shown.length === 0 ? 'none' : shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

export function tellStraysEnded(change: StraysEnded): string {
  const how = change.ended.slice(0, 5).map((end) => `${end.pid} ${end.command} (${end.how})`);
  const left = change.after.processes.length + change.after.more;
  return `${change.before.processes.length + change.before.more} → ${left}${how.length > 0 ? `: ${how.join('; ')}` : ''}`;
}

export function tellBackupPlan(plan: BackupPlan): Told {
  if (plan.obstacle !== undefined) return { status: 'notSo', detail: plan.obstacle };
  if (!plan.exists) return { status: 'notSo', detail: `${plan.source} does not exist: nothing to back up` };
  if (plan.files === 0) return { status: 'notSo', detail: `no image of today in ${plan.source}: nothing to back up` };
  const room = `${size(plan.availableBytes)} available`;
  const what = `${plan.files} files, ${size(plan.bytes)} of ${plan.source}; ${room}`;
  return plan.fits ? what : { status: 'notSo', detail: `${what}: does not fit` };
}

export function tellBackup({ before, after }: Change<BackupState>): string {
  if (after.state === 'nothing') return 'nothing to back up';
  const digest = after.manifestSha256 === null ? '' : `, manifest ${after.manifestSha256.slice(0, 12)}`;
  return `${before.state} → ${after.state}: ${after.files} files, ${size(after.bytes)} in ${after.path}${digest}`;
}

export function tellPermissions(count: PermissionCount): string {
  const examples = count.examples.length > 0 ? `: ${count.examples.slice(0, 3).join('; ')}` : '';
  return `${count.different} of ${count.entries} entries differ${examples}`;
}

export function tellPermissionsMended({ before, after }: Change<PermissionCount>): string {
  const skipped = after.skipped > 0 ? `, ${after.skipped} links and special files left alone` : '';
  return `${before.different} → ${after.different} of ${after.entries} entries differ${skipped}`;
}

export function tellFileCount({ files, bytes }: FileCount): string {
  return `${files} files, ${size(bytes)}`;
}

export function tellRateLimits(count: RateLimitCount): string {
  return `database ${count.database}: ${count.rateLimitKeys} rate-limit keys, ${count.otherKeys} others`;
}

export function tellRateLimitsReset({ before, after }: Change<RateLimitCount>): string {
  return `database ${after.database}: ${before.rateLimitKeys} → ${after.rateLimitKeys} rate-limit keys, ${after.otherKeys} others left alone`;
}

export function tellExchanges(state: ExchangeState): Told {
  if (state.endpoint.answer !== 'ok')
    return { status: 'notSo', detail: `${state.endpoint.answer}: ${state.endpoint.detail}` };
  if (state.missing.length > 0) return { status: 'notSo', detail: `missing: ${state.missing.join(', ')}` };
  const all = state.expected.length === 0 ? 'none expected' : state.expected.join(', ');
  return `${all} (${formatDuration(state.endpoint.latencyMs)})`;
}
