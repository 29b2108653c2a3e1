import type { SubjectCondition } from '../../../shared/timeline';
import type { EndpointState, HealthState } from '../../../shared/observations/probes';
import { isHealthy } from '../../../shared/observations/probes';
import type { HealthVerdict } from '../../../shared/observations/readings';
import type { ProcessList } from '../../../shared/observations/service';
import { roughDuration } from '../../../shared/text/durations';
import type { HostSteps, StepReport } from '../../runbook/host-steps';

/** Steps that ask KingFisher itself whether it is well. */

export function observeHealth(cite: string, steps: HostSteps): Promise<HealthState | undefined> {
  return steps.observe({ cite, title: '/health and /ready' }, (host) => host.observeHealth(), describeHealth);
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
    describeVerdict,
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

/** Healthy means `/health` and `/ready` answer 200 throughout the stability window. */
export async function verifyHealthy(cite: string, steps: HostSteps): Promise<HealthVerdict | undefined> {
  const { healthyWithinMs, stabilityWindowMs } = steps.policy;
  const deadlineMs = healthyWithinMs + stabilityWindowMs;
  const verdict = await steps.wait(
    { cite, title: 'Verify: /health and /ready answer 200 and stay so' },
    deadlineMs,
    (host) => host.waitUntil({ reading: 'health', deadlineMs, windowMs: stabilityWindowMs }),
    describeVerdict,
  );
  if (verdict?.holds === true) steps.seenWellAt = Date.now();
  return verdict;
}

export function describeHealth(state: HealthState): StepReport {
  const condition = conditionOf(state);
  return { status: condition === 'well' ? 'done' : 'notSo', detail: healthLine(state), condition };
}

export function describeVerdict(verdict: HealthVerdict): StepReport {
  if (verdict.holds) {
    const detail = `healthy since ${verdict.since?.slice(11, 23) ?? '?'}, and stayed so`;
    return { status: 'done', detail, condition: 'well' };
  }
  const why = {
    deadline: 'not healthy in time',
    notRunning: 'the service does not run',
    died: 'the service was well and ended',
    dependencyNotReady: 'a dependency is missing',
    refused: 'Halcyon is refused',
    held: '',
  };
  return {
    status: 'notSo',
    detail: `${why[verdict.ended]}, ${roughDuration(verdict.waitedMs)} later: ${healthLine(verdict.last)}`,
    condition: conditionAfter(verdict),
  };
}

/** A well that did not last is none. */
function conditionAfter({ ended, last }: HealthVerdict): SubjectCondition {
  const lives = ended !== 'notRunning' && ended !== 'died' && last.health.answer === 'ok';
  return lives ? 'notReady' : 'down';
}

function conditionOf(state: HealthState): SubjectCondition {
  if (isHealthy(state)) return 'well';
  return state.health.answer === 'ok' ? 'notReady' : 'down';
}

function healthLine(state: HealthState): string {
  const failing = state.failingChecks.length === 0 ? '' : ` (${state.failingChecks.join('; ')})`;
  return `/health ${endpointLine(state.health)}, /ready ${endpointLine(state.ready)}${failing}`;
}

export function endpointLine(endpoint: EndpointState): string {
  return endpoint.status === null ? endpoint.answer : String(endpoint.status);
}
