import type {
  HealthState,
  HealthVerdict,
  LogTail,
  MetricsState,
  Resources,
  ServiceState,
} from '../../shared/observations';
import type { HostSteps } from '../lib/host-steps';
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
} from '../lib/tell';

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

/** A new start of KingFisher, unless there was one since `seen` was observed. Throws what stopped it. */
export async function restartKingfisher(cite: string, seen: ServiceState, steps: HostSteps): Promise<void> {
  await steps.act(
    { cite, title: 'Restart KingFisher' },
    { restarts: 'kingfisher', arguments: { seenInvocation: seen.invocation } },
    (host, permit) => host.ensureRestarted({ service: 'kingfisher', seenInvocation: seen.invocation }, permit),
    tellRestart,
  );
}

/** The document's remedies for a full disk: old temporary files go (D.2), logs are rotated (G.1). */
export async function freeSpace(steps: HostSteps): Promise<void> {
  const olderThanMs = steps.policy.tempFilesOlderThanMs;
  await steps.tryAct(
    { cite: 'D.2', title: 'Remove old temporary files' },
    {},
    (host, permit) => host.ensureTempFilesRemoved({ olderThanMs }, permit),
    tellFiles,
  );
  await steps.tryAct(
    { cite: 'G.1', title: 'Rotate the logs' },
    {},
    (host, permit) => host.ensureLogsRotated(permit),
    tellFiles,
  );
}

/** Healthy means `/health` and `/ready` answer 200 throughout the stability window. */
export async function verifyHealthy(cite: string, steps: HostSteps): Promise<HealthVerdict | undefined> {
  const { healthyWithinMs, stabilityWindowMs } = steps.policy;
  const deadlineMs = healthyWithinMs + stabilityWindowMs;
  return await steps.wait(
    { cite, title: 'Verify: /health and /ready answer 200 and stay so' },
    deadlineMs,
    (host) => host.waitUntilHealthy({ deadlineMs, stabilityWindowMs }),
    tellVerdict,
  );
}
