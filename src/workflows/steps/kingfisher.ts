import { isHealthy } from '../../shared/observations/observations';
import type {
  HealthState,
  LogTail,
  MetricsState,
  ProcessList,
  Resources,
  ServiceState,
} from '../../shared/observations/observations';
import type { HealthVerdict } from '../../shared/observations/readings';
import type { HostSteps } from '../runbook/host-steps';
import {
  tellFiles,
  tellHealth,
  tellLog,
  tellMetrics,
  tellPort,
  tellProcesses,
  tellResources,
  tellRestart,
  tellService,
  tellStarts,
  tellVerdict,
} from './tell';

/** Steps on KingFisher itself. `cite` is the place in the document that a runbook takes the step from. */

export function observeService(cite: string, steps: HostSteps): Promise<ServiceState | undefined> {
  return steps.observe(
    { cite, title: 'State of KingFisher' },
    (host) => host.observeService({ service: 'kingfisher' }),
    tellService,
  );
}

export function observeHealth(cite: string, steps: HostSteps): Promise<HealthState | undefined> {
  return steps.observe({ cite, title: '/health and /ready' }, (host) => host.observeHealth(), tellHealth);
}

/** What the alerts are made of: a service that is well and cannot be scraped fires all the same. */
export function observeMetrics(cite: string, steps: HostSteps): Promise<MetricsState | undefined> {
  return steps.observe({ cite, title: 'What /metrics answers' }, (host) => host.observeMetrics(), tellMetrics);
}

export function observeLog(cite: string, steps: HostSteps): Promise<LogTail | undefined> {
  return steps.observe({ cite, title: 'Last 50 log lines' }, (host) => host.observeLogTail({ lines: 50 }), tellLog);
}

export function observeResources(cite: string, steps: HostSteps): Promise<Resources | undefined> {
  return steps.observe({ cite, title: 'Memory and disk' }, (host) => host.observeResources(), tellResources);
}

export function observeProcesses(cite: string, steps: HostSteps) {
  return steps.observe({ cite, title: 'Processes' }, (host) => host.observeProcesses(), tellProcesses);
}

export function observePort(cite: string, steps: HostSteps) {
  return steps.observe({ cite, title: 'Port' }, (host) => host.observePort(), tellPort);
}

export function observeRecentStarts(cite: string, steps: HostSteps) {
  return steps.observe(
    { cite, title: 'Recent starts' },
    (host) => host.observeRecentStarts({ service: 'kingfisher' }),
    tellStarts,
  );
}

/**
 * `/health` and `/ready`, where one late answer is nobody's fault: it is looked at again for some seconds. A process that
 * is stopped by a signal will not answer however long it is asked.
 */
export async function observeHealthCalmly(
  cite: string,
  steps: HostSteps,
  processes: Promise<ProcessList | undefined>,
): Promise<HealthState | undefined> {
  const first = await observeHealth(cite, steps);
  if (first === undefined || !isLate(first)) return first;
  if ((await processes)?.processes.some(({ state }) => state === 'T') === true) return first;
  const verdict = await steps.wait(
    { cite, title: 'An answer was late: /health and /ready again' },
    LATE_MS,
    (host) => host.waitUntil({ reading: 'health', deadlineMs: LATE_MS, windowMs: 0 }),
    tellVerdict,
    'look',
  );
  return verdict?.last ?? first;
}

const LATE_MS = 5_000;

export function answersWell(health: HealthState | undefined): boolean {
  return health !== undefined && isHealthy(health);
}

function isLate({ health, ready }: HealthState): boolean {
  return health.answer === 'timeout' || ready.answer === 'timeout';
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
    tellService,
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
    tellRestart,
  );
}

/** The document's remedies for a full disk: old temporary files go (D.2), logs are rotated (G.1). */
export async function freeSpace(steps: HostSteps): Promise<void> {
  const olderThanMs = steps.policy.tempFilesOlderThanMs;
  await steps.tryAct(
    { cite: 'D.2', title: 'Remove old temporary files' },
    {},
    (host, permit) => host.ensureTempFilesRemoved({ olderThanMs, permit }),
    tellFiles,
  );
  await steps.tryAct(
    { cite: 'G.1', title: 'Rotate the logs' },
    {},
    (host, permit) => host.ensureLogsRotated({ permit }),
    tellFiles,
  );
}

/** Healthy means `/health` and `/ready` answer 200 throughout the stability window. */
export async function verifyHealthy(cite: string, steps: HostSteps): Promise<HealthVerdict | undefined> {
  const { healthyWithinMs, stabilityWindowMs } = steps.policy;
  const deadlineMs = healthyWithinMs + stabilityWindowMs;
  const verdict = await steps.wait(
    { cite, title: 'Verify: /health and /ready answer 200 and stay so' },
    deadlineMs,
    (host) => host.waitUntil({ reading: 'health', deadlineMs, windowMs: stabilityWindowMs }),
    tellVerdict,
  );
  if (verdict?.holds === true) steps.seenWellAt = Date.now();
  return verdict;
}

/** Why Prometheus may see it otherwise. */
export async function whyPrometheusDiffers(steps: HostSteps): Promise<string> {
  const metrics = await observeMetrics('A.diagnosis', steps);
  if (metrics === undefined)
    return 'what /metrics answers is not known: look at scraping and at the network in between';
  const told = tellMetrics(metrics);
  const seen = typeof told === 'string' ? told : told.detail;
  return `${seen}: look at scraping and at the network in between`;
}
