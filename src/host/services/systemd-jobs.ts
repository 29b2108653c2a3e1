import type { ServiceState } from '../../shared/observations/service';
import type { CommandResult } from '../programs/commands';
import { HostError } from '../errors';

/** A job of systemd, as `systemctl list-jobs` shows it. */
export interface Job {
  id: string;
  unit: string;
  /** `start`, `stop`, `restart` … */
  type: string;
  /** `waiting`: it has not begun. */
  state: string;
}

export type Systemctl = (args: string[], signal?: AbortSignal) => Promise<CommandResult>;

/** How long a job is waited for, milliseconds. */
export interface Patience {
  /** For a stop that systemd itself would not end by force in {@link LONGEST_STOP_MS}, and for a job that has not begun. */
  stopMs: number;
  /** For a start, and for everything together. */
  startMs: number;
}

export const PATIENCE: Patience = { stopMs: 30_000, startMs: 100_000 };

/** systemd's own default. A stop that may take longer than this is one that hangs, as far as an incident is concerned. */
const LONGEST_STOP_MS = 90_000;
/** systemd counts from a moment before we do, and KILL takes a moment too. */
const AFTER_KILL_MS = 5_000;
const SHOWN = 5;

const SPANS: Record<string, number> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds of a time span as systemd prints it, `1min 30s`; Infinity for `infinity` and what cannot be read. */
export function parseSpan(text: string): number {
  const parts = text.trim().split(/\s+/);
  const spans = parts.map((part) => {
    const [, count, unit = ''] = /^([\d.]+)([a-z]+)$/.exec(part) ?? [];
    return Number(count) * (SPANS[unit] ?? NaN);
  });
  const sum = spans.reduce((a, b) => a + b, 0);
  return Number.isNaN(sum) ? Infinity : sum;
}

/** How long systemd lets a stop of this unit take before it ends it by force, milliseconds. */
export async function observeStopTimeout(unit: string, systemctl: Systemctl, signal?: AbortSignal): Promise<number> {
  const { stdout } = await systemctl(
    ['show', '--no-pager', '--property=TimeoutStopUSec', '--value', '--', unit],
    signal,
  );
  return parseSpan(stdout);
}

/** How long a job of a unit in this state is waited for, milliseconds. */
export async function limitOf(
  { active, jobPending }: ServiceState,
  patience: Patience,
  stopTimeout: () => Promise<number>,
): Promise<number> {
  // Runs still: the job waits for another.
  if (active === 'active' && jobPending) return patience.stopMs;
  if (active !== 'deactivating') return patience.startMs;
  const stopMs = await stopTimeout();
  return stopMs > LONGEST_STOP_MS ? patience.stopMs : Math.min(stopMs + AFTER_KILL_MS, patience.startMs);
}

/**
 * What to say of a job that hangs. One that we asked for and that has not begun is called off: the service runs on as
 * before. Any other is left: it has begun to end the service, and only it brings the service back; or it is not ours.
 */
export async function stuckJob(
  { unit, active, sub }: ServiceState,
  { systemctl, isOurs, afterMs }: { systemctl: Systemctl; isOurs: boolean; afterMs: number },
): Promise<HostError> {
  const jobs = await listJobs(systemctl);
  const job = jobs.find((one) => one.unit === unit);
  const others = jobs.filter((one) => one.unit !== unit && one.state === 'running').slice(0, SHOWN);
  const seconds = Math.round(afterMs / 1_000);
  const what = `${job === undefined ? 'systemd' : `systemd's job "${job.type} ${unit}" (${job.state})`} is not done after ${seconds} s: the unit is ${active} (${sub})`;
  const waitsFor = others.map(({ type, unit: other }) => `${type} ${other}`).join(', ');
  const beside = waitsFor === '' ? '' : `, beside: ${waitsFor}`;
  const next = await nextOf({ unit, active, job, isOurs }, systemctl);
  return new HostError('JobStuck', `${what}${beside}; ${next}; see: systemctl list-jobs --after`);
}

async function nextOf(
  { unit, active, job, isOurs }: { unit: string; active: string; job: Job | undefined; isOurs: boolean },
  systemctl: Systemctl,
): Promise<string> {
  if (active === 'active' && isOurs && job?.state === 'waiting') {
    const { exitCode } = await systemctl(['cancel', '--', job.id]);
    return exitCode === 0
      ? 'the job was cancelled before it began, and the service runs on'
      : `cancel it with: systemctl cancel ${job.id}`;
  }
  if (active === 'deactivating') {
    const timeoutMs = await observeStopTimeout(unit, systemctl);
    const byForce = Number.isFinite(timeoutMs)
      ? `systemd ends it by force after TimeoutStopSec, ${timeoutMs / 1_000} s`
      : 'systemd waits for ever (TimeoutStopSec)';
    return `its processes do not end: ${byForce}; to end them now: systemctl kill --signal=KILL ${unit}`;
  }
  return 'the job was left as it is';
}

/** All jobs that systemd has now; none where it cannot say. */
async function listJobs(systemctl: Systemctl): Promise<Job[]> {
  const { exitCode, stdout } = await systemctl(['list-jobs', '--no-pager', '--no-legend', '--plain', '--full']);
  if (exitCode !== 0) return [];
  return stdout.split('\n').flatMap((line) => {
    const [id, unit, type, state] = line.trim().split(/\s+/);
    return id && unit && type && state ? [{ id, unit, type, state }] : [];
  });
}
