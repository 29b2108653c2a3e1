import type { Condition, DependencyState } from '../../shared/observations/probes';
import type { DependencyName } from '../../shared/observations/service';
import { formatDuration } from '../../shared/text/durations';
import type { Incident } from '../incident/incident';
import type { HostSteps, StepReport } from '../runbook/host-steps';
import { endpointLine } from './kingfisher/health';
import { describeDisk } from './resources';
import { describeRestart, describeService, unusableUnit } from './kingfisher/service';
import { lastWords } from './kingfisher/start-log';

/** Steps on what KingFisher stands on. `cite` is the place in the document that a runbook takes the step from. */

const TITLES: Record<DependencyName, string> = {
  postgres: 'PostgreSQL: SELECT 1',
  redis: 'Redis: PING',
  rabbitmq: 'RabbitMQ: AMQP handshake and management overview',
};

export const DEPENDENCIES: readonly DependencyName[] = ['postgres', 'redis', 'rabbitmq'];

/** What each condition is called in the findings. Only `down` has a remedy that is not people's. */
const FINDINGS: Record<Exclude<Condition, 'well'>, string> = {
  starting: 'DependencyStarting',
  busy: 'DependencyBusy',
  protecting: 'DependencyProtecting',
  refused: 'DependencyRefused',
  down: 'DependencyDown',
};

/** Whether one is well by its own protocol, by one look. What could not be asked is not well. */
export async function isDependencyWell(cite: string, dependency: DependencyName, steps: HostSteps): Promise<boolean> {
  const state = await steps.observe(
    { cite, title: TITLES[dependency] },
    (host) => host.observeDependency({ dependency }),
    describeDependency,
  );
  return state?.condition === 'well';
}

/**
 * Asks each by its own protocol until it is clear what it is, and names what is not well. One that starts is waited for.
 */
export async function lookAtDependencies(
  cite: string,
  steps: HostSteps,
  incident: Incident,
  which: readonly DependencyName[] = DEPENDENCIES,
): Promise<DependencyState[]> {
  const deadlineMs = steps.policy.dependencyReadyWithinMs;
  const look = async (dependency: DependencyName) => {
    const state = await steps.wait(
      { cite, title: TITLES[dependency] },
      deadlineMs,
      (host) => host.waitUntilDependencyClear({ dependency, deadlineMs }),
      describeDependency,
      'look',
    );
    noteDependency(incident, cite, state);
    return state;
  };
  const states = await Promise.all(which.map(look));
  return states.filter((state) => state !== undefined);
}

/** KingFisher cannot be well without it, whatever it says: waiting, a restart, or people must come first. */
export function isMissing({ condition }: DependencyState): boolean {
  return condition === 'down' || condition === 'starting' || condition === 'protecting';
}

/** A new start may help: it is down, no firewall is why, and its manager can start it as far as is known. */
export function isForRestart({ condition, unit }: DependencyState, blocked: string | undefined): boolean {
  return condition === 'down' && blocked === undefined && (unit === null || unusableUnit(unit) === undefined);
}

/**
 * A new start of one dependency, then waits until it is well by its own protocol. What stays down is a finding. Gives what
 * it is then; `undefined` where nobody knows.
 */
export async function restartDependency(
  cite: string,
  dependency: DependencyName,
  steps: HostSteps,
  incident: Incident,
): Promise<DependencyState | undefined> {
  const unit = await steps.observe(
    { cite, title: `Unit of ${dependency}` },
    (host) => host.observeService({ service: dependency }),
    describeService,
  );
  if (unit === undefined) return undefined;
  const restarted = await steps.tryAct(
    { cite, title: `Restart ${dependency}` },
    { restarts: dependency, arguments: { seenInvocation: unit.invocation } },
    (host, permit) => host.ensureRestarted({ service: dependency, seenInvocation: unit.invocation, permit }),
    describeRestart,
  );
  // What a failed restart left is looked at once; there is nothing to wait for.
  const deadlineMs = restarted === undefined ? 0 : steps.policy.dependencyReadyWithinMs;
  const verdict = await steps.wait(
    { cite, title: `${dependency} answers` },
    deadlineMs,
    (host) => host.waitUntil({ reading: 'dependency', dependency, deadlineMs, windowMs: 0 }),
    ({ last }) => describeDependency(last),
  );
  const state = verdict?.last;
  noteDependency(incident, cite, state);
  // One that starts for longer than that comes by itself.
  if (state?.condition === 'well' || state?.condition === 'starting') return state;
  const why = await lastWords(cite, dependency, steps);
  incident.addFinding('DependencyStillDown', cite, `${dependency} did not come back${why}`);
  return state;
}

/** What it is now is a finding where it is not well; what it was before holds no longer. */
function noteDependency(incident: Incident, cite: string, state: DependencyState | undefined): void {
  if (state === undefined) return;
  const { dependency, condition, unit, why } = state;
  const name = condition === 'well' ? undefined : FINDINGS[condition];
  incident.withdraw(
    (finding) =>
      finding.name !== name &&
      OF_DEPENDENCIES.includes(finding.name) &&
      new RegExp(`^${dependency}\\b`).test(finding.detail),
  );
  if (name !== undefined) incident.addFinding(name, cite, `${dependency}: ${why}`);
  const unusable = condition === 'down' && unit !== null ? unusableUnit(unit) : undefined;
  if (unusable !== undefined) incident.addFinding(unusable.name, cite, unusable.detail);
}

const OF_DEPENDENCIES = [...Object.values(FINDINGS), 'DependencyStillDown'];

export function describeDependency(state: DependencyState): StepReport {
  const unit = state.unit === null ? '' : `; ${describeService(state.unit)}`;
  const management = state.management === null ? '' : `; management ${endpointLine(state.management)}`;
  const disk = state.disk?.full === true ? `; ${describeDisk(state.disk)}` : '';
  if (state.condition === 'well') return `answers in ${formatDuration(state.endpoint.latencyMs)}${management}${disk}`;
  return { status: 'notSo', detail: `${state.condition}: ${state.why}${unit}${management}${disk}` };
}
