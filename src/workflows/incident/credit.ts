import { patched, workflowInfo } from '@temporalio/workflow';
import { leaseId } from '../../shared/ids';
import type { Outcome } from '../../shared/incident';
import type { ChangeMade } from '../../shared/safety/guard';
import { askTemporal } from '../support/ask-temporal';
import type { Incident } from './incident';
import { isTaken } from './outcome';

/**
 * An incident that changed nothing may have become well by what another one did meanwhile. That is not "by itself": whoever
 * made the last change before it was well gets the credit. People who took it keep theirs: nobody can tell whose it was.
 */
export async function creditOthers(incident: Incident): Promise<void> {
  const { host } = incident.input;
  const { mended, wellSince } = incident.story;
  const isOwn = mended !== 'selfHealed' && mended !== 'resolvedByPeople';
  if (host === null || isOwn || wellSince === null || incident.view.mendedBy !== undefined || isTaken(incident)) return;
  if (!patched('credit-others')) return;
  const change = (await changesOn(host)).findLast((one) => isOfAnother(one, incident, host, wellSince));
  if (change !== undefined) incident.creditTo(change);
}

/** How it ended, when others may have done it. */
export async function credited(incident: Incident, outcome: Outcome): Promise<Outcome> {
  if (outcome !== 'selfHealed' && outcome !== 'resolvedByPeople') return outcome;
  await creditOthers(incident);
  return incident.view.mendedBy === undefined ? outcome : 'healed';
}

/** Made while this alert fired, and before the host was well. */
function isOfAnother(change: ChangeMade, { view }: Incident, host: string, wellSince: number): boolean {
  const { workflowId } = workflowInfo();
  const isOwn =
    change.incidentId === workflowId || view.leases.some((one) => leaseId(host, one.setting) === change.incidentId);
  const at = Date.parse(change.at);
  return !isOwn && at >= Date.parse(view.startsAt) && at <= wellSince;
}

/** What cannot be known is nobody's. */
async function changesOn(host: string): Promise<ChangeMade[]> {
  return (await askTemporal(({ observeChanges }) => observeChanges({ host }))) ?? [];
}
