import { ApplicationFailure } from '@temporalio/common';
import { Incident } from '../../../../src/workflows/incident/incident';
import { IncidentLeases } from '../../../../src/workflows/safety/incident-leases';
import { DryRun } from '../../../../src/workflows/safety/safety';
import { incidentInput } from '../../../support/incidents';

const STEP = { cite: 'B.1', title: 'Reduce openai.max_qps' };
const WISH = { setting: 'openai.max_qps', value: 4, forMs: 3_600_000, reason: '429 from OpenAI' };

function newIncident(): Incident {
  return new Incident(
    incidentInput('h1'),
    () => new Date().toISOString(),
    () => undefined,
  );
}

it('a lease that the guard refuses is an answer; view and timeline say what it would be, and why not', async () => {
  const incident = newIncident();
  const asked: unknown[] = [];
  const permit = async (step: unknown, intent: unknown) => {
    asked.push(step, intent);
    throw ApplicationFailure.nonRetryable('changes on h1 are paused by bela: release', 'ChangeRefused');
  };
  const leases = new IncidentLeases({
    incident,
    gate: { permit },
    plan: () => incident.input.safety.escalation as never,
  });
  const why = 'changes on h1 are paused by bela: release';
  expect(await leases.lease(STEP, WISH)).toEqual({ state: 'refused', why });
  expect(asked).toEqual([STEP, { arguments: { setting: 'openai.max_qps', value: 4, forMs: 3_600_000 } }]);
  expect(incident.view.leases).toEqual([expect.objectContaining({ state: 'refused', previous: null, detail: why })]);
  expect(incident.view.timeline).toEqual([
    expect.objectContaining({
      cite: 'B.1',
      kind: 'change',
      status: 'skipped',
      title: 'Would set openai.max_qps to 4 for 1 h',
      detail: `429 from OpenAI: ${why}`,
    }),
  ]);
  expect(incident.changed).toBe(false);
});

it('a dry run says what it would lease', async () => {
  const incident = newIncident();
  const { state } = await new DryRun(incident).lease(STEP, WISH);
  expect(state).toBe('refused');
  expect(incident.view.timeline[0]).toMatchObject({
    status: 'skipped',
    title: 'Would set openai.max_qps to 4 for 1 h',
  });
  expect(incident.view.leases).toEqual([]);
});
