import type { IncidentInput, IncidentResult } from '../../../src/shared/incident';
import type { DependencyState } from '../../../src/shared/observations/probes';
import { dependencyStanding } from '../../../src/shared/observations/standing';
import { followRunbook } from '../../../src/workflows/runbook/follow-runbook';
import type { HostSteps } from '../../../src/workflows/runbook/host-steps';
import { runIncident } from '../../../src/workflows/incident/run-incident';
import type { Diagnosed, Runbook } from '../../../src/workflows/runbook/runbook';
import type { Watched } from '../../../src/workflows/runbook/watched';
import { observeAllowed } from '../../../src/workflows/steps/allowed';
import { restartDependency } from '../../../src/workflows/steps/dependencies';

export { closing } from '../../../src/workflows/escalation/closing';
export { escalation } from '../../../src/workflows/escalation/escalation';
export { guard } from '../../../src/workflows/guard/guard';

interface Found extends Diagnosed {
  redis: DependencyState | undefined;
}

function redisHolds(cite: string, windowMs: number, steps: HostSteps) {
  return steps.wait(
    { cite, title: `Verify: Redis is well for ${windowMs} ms` },
    60_000,
    (host) => host.waitUntil({ reading: 'dependency', dependency: 'redis', windowMs, deadlineMs: 60_000 }),
    ({ ended }) => ended,
  );
}

/** A page that asks nothing of KingFisher's health, and has all that a page may have. */
const page: Runbook<Found> = {
  page: 'X',
  title: 'Redis',
  watch: { subject: 'Redis', reading: { reading: 'dependency', dependency: 'redis' } },
  notDue: ({ incident }) => (incident.view.labels['shop'] === 'closed' ? 'the shop is closed' : undefined),
  diagnose: async ({ steps, incident }) => ({
    allowed: await observeAllowed('X.diagnosis', steps, incident),
    redis: await steps.observe(
      { cite: 'X.diagnosis', title: 'Redis: PING' },
      (host) => host.observeDependency({ dependency: 'redis' }),
      ({ condition }) => condition,
    ),
  }),
  isWell: ({ redis }) => redis?.condition === 'well',
  standing: ({ redis }) => (redis === undefined ? undefined : dependencyStanding(redis)),
  contain: async (_found, { steps }) => {
    await steps.act(
      { cite: 'X.1', title: 'Keep the damage from growing' },
      {},
      (host, permit) => host.ensureTempFilesRemoved({ olderThanMs: 0, permit }),
      () => 'contained',
    );
  },
  causes: [
    { cite: 'X.2', title: 'Never this', evidence: async () => undefined },
    {
      cite: 'X.3',
      title: 'Redis is down',
      evidence: async ({ redis }) => redis?.condition,
      remedy: async (_found, { steps, incident }) => {
        await restartDependency('X.3', 'redis', steps, incident);
      },
      verify: ({ steps }) => redisHolds('X.3', 1_000, steps),
    },
  ],
  verify: ({ steps }) => redisHolds('X', 5_000, steps),
  after: async (_found, { incident }) => {
    incident.note('X.4', 'What was left was worked off');
  },
  contradiction: async () => 'nothing else is known',
  handOver: { cite: 'X.5', title: 'For people' },
};

export async function serviceDown(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, followRunbook(page));
}

/** The same, looked at by what a service answers, and not about that service. */
export async function emergencyRecovery(input: IncidentInput): Promise<IncidentResult> {
  const watch: Watched = { subject: 'What users see', reading: { reading: 'health' } };
  return await runIncident(input, followRunbook({ ...page, watch }));
}
