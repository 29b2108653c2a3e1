import type { IncidentInput, IncidentResult } from '../../../src/shared/incident';
import type { DependencyState } from '../../../src/shared/observations/probes';
import { followRunbook } from '../../../src/workflows/runbook/follow-runbook';
import { runIncident } from '../../../src/workflows/incident/run-incident';
import type { Diagnosed, Runbook } from '../../../src/workflows/runbook/runbook';
import { observeAllowed } from '../../../src/workflows/steps/allowed';

export { closing } from '../../../src/workflows/escalation/closing';
export { escalation } from '../../../src/workflows/escalation/escalation';
export { guard } from '../../../src/workflows/guard/guard';
export { lease } from '../../../src/workflows/lease/lease';

interface Found extends Diagnosed {
  redis: DependencyState | undefined;
  /** The alert asks for a lease whatever Redis says, and there is none yet. */
  insists: boolean;
  /** Addresses that the alert names. */
  attackers: string[];
}

const HOUR_MS = 3_600_000;

/** A page whose only remedy is a lease: Redis stands for what is well as long as fewer questions are asked. */
const page: Runbook<Found> = {
  page: 'X',
  title: 'Too many questions',
  watch: { subject: 'Redis', reading: { reading: 'dependency', dependency: 'redis' } },
  diagnose: async ({ steps, incident, safety, alert }) => {
    const redis = await steps.observe(
      { cite: 'X.diagnosis', title: 'Redis: PING' },
      (host) => host.observeDependency({ dependency: 'redis' }),
      ({ condition }) => condition,
    );
    if (redis?.condition === 'well' && alert.labels['quota'] === 'raised') {
      await safety.release('openai.max_qps', 'the quota was raised');
    }
    const insists = alert.labels['insists'] === 'yes' && incident.view.leases.length === 0;
    const attackers = (alert.labels['attackers'] ?? '').split(' ').filter(Boolean);
    return { allowed: await observeAllowed('X.diagnosis', steps, incident), redis, insists, attackers };
  },
  isWell: ({ redis, insists }) => redis?.condition === 'well' && !insists,
  standing: () => undefined,
  causes: [
    {
      cite: 'X.1',
      title: 'Too many questions at once',
      would: 'set openai.max_qps to 4 for an hour',
      evidence: async ({ redis }) => redis?.condition,
      remedy: async ({ attackers }, { safety, incident }) => {
        for (const address of attackers) {
          const setting = `blockedAddress[${address}]`;
          const wish = { setting, value: 'blocked', forMs: 12 * HOUR_MS, reason: 'attack' };
          await safety.lease({ cite: 'X.1', title: `Block ${address}` }, wish);
        }
        const { state, why } = await safety.lease(
          { cite: 'X.1', title: 'Reduce openai.max_qps' },
          { setting: 'openai.max_qps', value: 4, forMs: 12 * HOUR_MS, reason: '429 from OpenAI' },
        );
        incident.note('X.1', `The answer: ${state}`, why);
      },
    },
  ],
  verify: async ({ steps }) =>
    await steps.wait(
      { cite: 'X', title: 'Verify: Redis' },
      60_000,
      (host) => host.waitUntil({ reading: 'dependency', dependency: 'redis', windowMs: 5_000, deadlineMs: 60_000 }),
      ({ ended }) => ended,
    ),
  contradiction: async () => 'nothing else is known',
  handOver: { cite: 'X.5', title: 'For people' },
};

export async function serviceDown(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, followRunbook(page));
}
