import { condition, defineQuery, setHandler, sleep } from '@temporalio/workflow';
import type { IncidentInput, IncidentResult } from '../../../src/shared/incident';
import { stepsOf } from '../../../src/workflows/runbook/follow-runbook';
import { Incident } from '../../../src/workflows/incident/incident';
import { untilClosed } from '../../../src/workflows/incident/incident-loop';
import { runIncident } from '../../../src/workflows/incident/run-incident';
import { DryRun } from '../../../src/workflows/safety/safety';
import { acknowledgeUpdate } from '../../../src/workflows/messages';
import { backUp } from '../../../src/workflows/steps/recovery/backups';

// eslint-disable-next-line no-restricted-syntax -- whatever is registered
export * from '../../../src/workflows';

const SECOND_STEP = { risk: 'change', cite: 'X.2', title: 'Second step', arguments: {}, precondition: '' } as const;

/** An incident of which one step makes a backup while another one asks people. */
export async function parallelSteps(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, {
    page: 'X',
    round: async (incident, safety) => {
      await safety.turn();
      const steps = stepsOf(incident, safety);
      const ask = async () => {
        const isApproved = await safety.ask({ ...SECOND_STEP, host: steps.host });
        if (isApproved) await backUp('second', '2026-11-23', steps);
      };
      await incident.during('remedying', async () => {
        await Promise.all([backUp('first', '2026-11-23', steps), ask()]);
      });
      return { kind: 'over', outcome: 'healed' };
    },
    watch: null,
  });
}

/** An incident that asks people in the middle of what must not be interrupted. */
export async function keptHost(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, {
    page: 'X',
    round: async (incident, safety) => {
      await safety.turn();
      const steps = stepsOf(incident, safety);
      await safety.keepHost(async () => {
        await safety.ask({ ...SECOND_STEP, host: steps.host });
        await backUp('only', '2026-11-23', steps);
      });
      return { kind: 'over', outcome: 'healed' };
    },
    watch: null,
  });
}

export const saidQuery = defineQuery<string[]>('said');

/** The end of an incident, which takes until somebody acknowledges it. */
export async function slowlyClosed(input: IncidentInput): Promise<string[]> {
  const said: string[] = [];
  let isAcknowledged = false;
  setHandler(saidQuery, () => said);
  setHandler(acknowledgeUpdate, async ({ as }) => {
    isAcknowledged = true;
    await sleep(1);
    said.push(`acknowledged by ${as}`);
    return { until: '' };
  });
  class SlowEnd extends DryRun {
    override async end(): Promise<void> {
      said.push('everyone is told');
      await condition(() => isAcknowledged);
    }
  }
  const incident = new Incident(
    input,
    () => new Date().toISOString(),
    () => undefined,
  );
  const body = { page: 'X', round: async () => ({ kind: 'over', outcome: 'planned' }) as const, watch: null };
  await untilClosed(incident, new SlowEnd(incident), body);
  return said;
}
