import type { Change } from '../../../shared/observations/change';
import type { RecentStarts, ServiceState, StartLog, StartReason } from '../../../shared/observations/service';
import type { Incident } from '../../incident/incident';
import type { HostSteps, StepReport } from '../../runbook/host-steps';
import { verifyHealthy } from './health';

/** Steps on services: their units, starts and restarts. `cite` is the place in the document that a runbook takes a step from. */

export function observeService(cite: string, steps: HostSteps): Promise<ServiceState | undefined> {
  return steps.observe(
    { cite, title: 'State of KingFisher' },
    (host) => host.observeService({ service: 'kingfisher' }),
    describeService,
  );
}

export function observeRecentStarts(cite: string, steps: HostSteps) {
  return steps.observe(
    { cite, title: 'Recent starts' },
    (host) => host.observeRecentStarts({ service: 'kingfisher' }),
    describeStarts,
  );
}

/**
 * Whether a start of KingFisher is under way that nobody should cut short: systemd is at it, or the service made it so
 * lately that it may still come up. systemd's pause between two starts is none. Both times are the host's own.
 */
function isStartUnderWay({ active, sub, startedAt, observedAt }: ServiceState, steps: HostSteps): boolean {
  if (active === 'activating') return sub !== 'auto-restart';
  if (active !== 'active' || startedAt === null) return false;
  return Date.parse(observedAt) - Date.parse(startedAt) < steps.policy.healthyWithinMs;
}

/** Waits for a start that is under way, and verifies it; true when it came up well. */
async function awaitStart(cite: string, steps: HostSteps): Promise<boolean> {
  const deadlineMs = START_MS;
  const state = await steps.wait(
    { cite, title: 'A start is under way: wait for it' },
    deadlineMs,
    (host) => host.waitUntilStarted({ service: 'kingfisher', deadlineMs }),
    describeService,
  );
  if (state?.active !== 'active') return false;
  return (await verifyHealthy(cite, steps))?.holds === true;
}

/** A new start, unless one is under way already and comes up well. One that is stopped by a signal will not. */
export async function startAnew(cite: string, seen: ServiceState, isStopped: boolean, steps: HostSteps): Promise<void> {
  if (!isStopped && isStartUnderWay(seen, steps) && (await awaitStart(cite, steps))) return;
  await restartKingfisher(cite, seen, steps);
}

/** Longer than systemd itself lets a start take, by its TimeoutStartSec of 90 s. */
const START_MS = 120_000;

/** A new start of KingFisher, unless there was one since `seen` was observed. Throws what stopped it. */
async function restartKingfisher(cite: string, seen: ServiceState, steps: HostSteps): Promise<void> {
  await steps.act(
    { cite, title: 'Restart KingFisher' },
    { restarts: 'kingfisher', arguments: { seenInvocation: seen.invocation } },
    (host, permit) => host.ensureRestarted({ service: 'kingfisher', seenInvocation: seen.invocation, permit }),
    describeRestart,
  );
}

/** As an undo only where Halcyon stopped it: its host knows. */
export async function startKingfisher(steps: HostSteps, isUndo = true): Promise<Change<ServiceState> | undefined> {
  return await steps.tryAct(
    { cite: 'H.8', title: 'Start KingFisher' },
    { restarts: 'kingfisher', isUndo },
    (host, permit) => host.ensureStarted({ service: 'kingfisher', permit }),
    describeRestart,
  );
}

/** How observations read in the timeline: one line each, what was seen and no opinion. */
export function describeService(state: ServiceState): string {
  if (state.load !== 'loaded') return `${state.unit} is ${state.load}`;
  const exit = state.exitStatus === null || state.result === 'success' ? '' : `, status ${state.exitStatus}`;
  const why = state.result === 'success' ? '' : ` (${state.result}${exit})`;
  const pid = state.mainPid === null ? '' : `, pid ${state.mainPid}`;
  const since = state.active === 'active' && state.startedAt !== null ? ` since ${state.startedAt.slice(0, 19)}Z` : '';
  return `${state.unit} ${state.active}/${state.sub}${why}${pid}${since}`;
}

export function describeRestart(change: Change<ServiceState>): string {
  const { before, after } = change;
  return `${before.active} [${shortId(before)}] → ${describeService(after)} [${shortId(after)}]`;
}

function shortId(state: ServiceState): string {
  return state.invocation === '' ? 'never started' : state.invocation.slice(0, 8);
}

export function describeStarts(starts: RecentStarts): StepReport {
  if (starts.evidence !== 'present') return { status: 'notSo', detail: `start history ${starts.evidence}` };
  const times = starts.startedAt.slice(-5).map((at) => at.slice(11, 19));
  return times.length === 0
    ? 'none in the last hour'
    : `${starts.startedAt.length} in the last hour: ${times.join(', ')}`;
}

/**
 * From observations to named findings. Evidence that is absent, malformed or stale gets a name of its own: it is never
 * read as good.
 */

export function noteService(incident: Incident, cite: string, state: ServiceState | undefined): void {
  if (state === undefined) return;
  const unusable = unusableUnit(state);
  if (unusable !== undefined) incident.addFinding(unusable.name, cite, unusable.detail);
  if (state.result === 'oom-kill') incident.addFinding('OutOfMemory', cite, `${state.unit} was killed for memory`);
  if (state.result === 'start-limit-hit')
    incident.addFinding('StartLimitHit', cite, `${state.unit} failed too often, too quickly`);
}

/** Starts that one after another did not last: no further one ends that. */
export function noteStarts(incident: Incident, cite: string, starts: RecentStarts | undefined): void {
  if (starts?.evidence !== 'present') return;
  const { startsPerHour } = incident.input.policy;
  if (starts.startedAt.length <= startsPerHour) return;
  incident.addFinding(
    'CrashLoop',
    cite,
    `KingFisher was started more than ${startsPerHour} times within the last hour`,
  );
}

/** Why the last start failed, in the service's own words, where it does not run. */
export function noteStart(
  incident: Incident,
  cite: string,
  state: ServiceState | undefined,
  log: StartLog | undefined,
): void {
  const reason = log?.reason;
  if (reason === undefined || reason === null || state === undefined || state.active === 'active') return;
  incident.addFinding(START_FINDINGS[reason.kind] ?? 'StartFailed', cite, reason.text);
}

const START_FINDINGS: Partial<Record<StartReason['kind'], string>> = {
  configuration: 'ConfigurationInvalid',
  port: 'PortTaken',
};

/** Something seen that has a name. */
export interface Named {
  name: string;
  detail: string;
}

/** A unit that its manager cannot start. */
export function unusableUnit({ unit, load }: ServiceState): Named | undefined {
  if (load === 'loaded') return undefined;
  if (load === 'masked') return { name: 'UnitMasked', detail: `${unit} is masked: somebody does not want it to run` };
  return { name: 'UnitUnusable', detail: `${unit}: systemd says ${load}` };
}
