import { CancellationScope, condition, continueAsNew, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { IncidentInput, Outcome } from '../../shared/incident';
import type { Incident } from './incident';
import type { Watch } from './safety';

/** A look that failed at once is not repeated at once. */
const LOOK_AGAIN_MS = 300_000;
/** A run that people keep open for long goes on in a new one before its history grows too large. */
const MAX_EVENTS = 2_000;

export interface People {
  /** A pause is over for which this incident was refused. */
  isResumed(): boolean;
}

/**
 * Nothing is left that Halcyon may do: people have it. It looks on, and ends the incident when the host is well and
 * Alertmanager agrees, or when a person closes it. `again`: a new episode, or a pause that is over.
 */
export async function waitForPeople(
  incident: Incident,
  watch: Watch | undefined,
  people: People,
): Promise<Outcome | 'again'> {
  const newestBefore = incident.newestFiring;
  const somethingNew = () => incident.newestFiring > newestBefore || people.isResumed();
  for (;;) {
    incident.setState('waitingForPeople');
    const isWell = await watched(watch, () => incident.isClosedByPerson || somethingNew() || isOver(incident, watch));
    if (incident.isClosedByPerson) return await lookOnce(incident, watch);
    if (somethingNew()) return 'again';
    if (isOver(incident, watch)) return 'selfHealed';
    if (isWell && (incident.isResolved || incident.input.startedBy !== undefined)) return success(incident);
    const interrupted = () => incident.isClosedByPerson || somethingNew();
    if (isWell) await alertmanagerToAgree(incident, interrupted);
    else await condition(interrupted, LOOK_AGAIN_MS, { summary: 'Next look' });
    if (workflowInfo().historyLength > MAX_EVENTS && !interrupted()) await goOn(incident);
  }
}

/** Where nothing can be watched, Alertmanager's word is all there is. */
function isOver(incident: Incident, watch: Watch | undefined): boolean {
  return watch === undefined && incident.isResolved;
}

/** Watches until the host is well, a long look ends, or something else happens. */
async function watched(watch: Watch | undefined, interrupted: () => boolean): Promise<boolean> {
  let result: boolean | undefined;
  const scope = new CancellationScope();
  const looking =
    watch &&
    scope
      .run(async () => {
        result = await watch('patient');
      })
      .catch((err: unknown) => {
        if (!isCancellation(err) || !interrupted()) throw err;
      });
  await Promise.race([
    condition(() => result !== undefined || interrupted()),
    ...(looking === undefined ? [] : [looking]),
  ]);
  if (result === undefined && looking !== undefined) {
    scope.cancel();
    await looking;
  }
  return result === true;
}

async function alertmanagerToAgree(incident: Incident, interrupted: () => boolean): Promise<void> {
  incident.note('', 'Healthy again', 'waiting for Alertmanager to resolve the alert');
  await condition(() => incident.isResolved || interrupted(), incident.input.policy.giveUpAfterMs, {
    summary: 'Alertmanager to resolve the alert',
  });
}

/** A person says that it is over. What can be seen goes on the record; it is closed all the same. */
async function lookOnce(incident: Incident, watch: Watch | undefined): Promise<Outcome> {
  if (watch === undefined) return 'unresolved';
  incident.setState('verifying');
  return (await watch('once')) ? success(incident) : 'unresolved';
}

function success(incident: Incident): Outcome {
  return incident.changed ? 'healed' : 'selfHealed';
}

async function goOn(incident: Incident): Promise<never> {
  const { input, view, changed } = incident;
  return await continueAsNew<(next: IncidentInput) => Promise<unknown>>({ ...input, carried: { view, changed } });
}
