import { ALLOWANCES, isAllowed, notAllowed } from '../../shared/safety/allowance';
import type { AllowedState } from '../../shared/safety/allowance';
import { noteVersion } from '../runbook/agent-presence';
import { lackingOf, tooOld } from '../runbook/agent-version';
import type { HostSteps } from '../runbook/host-steps';
import type { Incident } from '../incident/incident';

/**
 * What the host's own configuration allows, and whether its agent knows all that a runbook asks: one that is older than the
 * controller is a finding. Undefined where it could not be asked.
 */
export async function observeAllowed(
  cite: string,
  steps: HostSteps,
  incident: Incident,
): Promise<AllowedState | undefined> {
  const state = await steps.observe(
    { cite, title: 'What this host allows' },
    (host) => host.observeAllowed(),
    ({ allow }) => (allow.length > 0 ? allow.join(', ') : { status: 'notSo', detail: 'no change at all' }),
  );
  if (state === undefined) return undefined;
  const holds = ALLOWANCES.filter((word) => !isAllowed(word, state)).map((word) => notAllowed(word, steps.host));
  incident.withdraw(({ name, detail }) => name === 'NotAllowed' && !holds.some((what) => detail.includes(what)));
  const lacking = lackingOf(state.activities, incident.input.runbook);
  noteVersion(incident, cite, lacking.length === 0 ? null : tooOld(steps.host, lacking));
  return state;
}

/** Why no full recovery may be made on this host, in words: nothing is touched. What the host says no to is a finding. */
export function refusalsOf(incident: Incident, { host }: HostSteps, state: AllowedState | undefined): string[] {
  if (state === undefined) return ['what this host allows could not be asked'];
  const refusals = incident.view.findings
    .filter(({ name, withdrawnAt }) => name === 'AgentTooOld' && withdrawnAt === undefined)
    .map(({ detail }) => detail);
  if (isAllowed('fullRecovery', state)) return refusals;
  const refusal = notAllowed('fullRecovery', host);
  incident.addFinding('NotAllowed', 'H', `${refusal}: nothing was changed`);
  return [...refusals, refusal];
}
