import type { DependencyName, DependencyState } from '../../shared/observations';
import type { HostSteps } from '../lib/host-steps';
import type { Incident } from '../lib/incident';
import { tellDependency, tellRestart, tellService } from '../lib/tell';
import { lastWords } from './start-log';

/** Steps on what KingFisher stands on. `cite` is the place in the document that a runbook takes the step from. */

const TITLES: Record<DependencyName, string> = {
  postgres: 'PostgreSQL: SELECT 1',
  redis: 'Redis: PING',
  rabbitmq: 'RabbitMQ: AMQP handshake and management overview',
};

export const DEPENDENCIES: readonly DependencyName[] = ['postgres', 'redis', 'rabbitmq'];

/** Whether one answers well by its own protocol. What could not be asked is not well. */
export async function isDependencyWell(cite: string, dependency: DependencyName, steps: HostSteps): Promise<boolean> {
  return (await observeDependency(cite, dependency, steps))?.endpoint.answer === 'ok';
}

/** Asks all three, each by its own protocol, and names those that a restart may help. */
export async function findDependenciesDown(
  cite: string,
  steps: HostSteps,
  incident: Incident,
): Promise<DependencyName[]> {
  const states = await Promise.all(DEPENDENCIES.map((dependency) => observeDependency(cite, dependency, steps)));
  const down: DependencyName[] = [];
  for (const { dependency, endpoint } of states.filter((state) => state !== undefined)) {
    if (endpoint.answer === 'ok') continue;
    const what = `${dependency}: ${endpoint.answer}, ${endpoint.detail}`;
    // One that refuses our credentials is up: a restart cannot mend them.
    if (endpoint.answer === 'denied') incident.find('DependencyDenied', cite, what);
    else {
      incident.find('DependencyDown', cite, what);
      down.push(dependency);
    }
  }
  return down;
}

function observeDependency(
  cite: string,
  dependency: DependencyName,
  steps: HostSteps,
): Promise<DependencyState | undefined> {
  return steps.observe(
    { cite, title: TITLES[dependency] },
    (host) => host.observeDependency({ dependency }),
    tellDependency,
  );
}

/** A new start of one dependency, then waits until it answers by its own protocol. What stays down is a finding. */
export async function restartDependency(
  cite: string,
  dependency: DependencyName,
  steps: HostSteps,
  incident: Incident,
): Promise<void> {
  const unit = await steps.observe(
    { cite, title: `Unit of ${dependency}` },
    (host) => host.observeService({ service: dependency }),
    tellService,
  );
  if (unit === undefined) return;
  const restarted = await steps.tryAct(
    { cite, title: `Restart ${dependency}` },
    { restarts: dependency, arguments: { seenInvocation: unit.invocation } },
    (host, permit) => host.ensureRestarted({ service: dependency, seenInvocation: unit.invocation }, permit),
    tellRestart,
  );
  // What a failed restart left is looked at once; there is nothing to wait for.
  const deadlineMs = restarted === undefined ? 0 : steps.policy.dependencyReadyWithinMs;
  const state = await steps.wait(
    { cite, title: `${dependency} answers` },
    deadlineMs,
    (host) => host.waitUntilDependencyReady({ dependency, deadlineMs }),
    tellDependency,
  );
  if (state?.endpoint.answer === 'ok') return;
  const why = await lastWords(cite, dependency, steps);
  incident.find('DependencyStillDown', cite, `${dependency} did not come back${why}`);
}
