import type { Route } from '../alerts/routing';
import type { Alert } from '../shared/alert';
import type { DeliveryOutcome } from './delivery';
import type { IncidentRun, IncidentRuns, ReusePolicy } from './incident-runs';

/** An incident that opens and closes between two looks is looked at again, this often. */
const MAX_LOOKS = 5;

/**
 * Brings alerts of one incident to it, in order and with one signal: to the open one, or to a new one if something fires
 * that is not over. The last look starts in any case: twice is better than never.
 *
 * @returns what became of each
 */
export async function deliverList(runs: IncidentRuns, alerts: Alert[], route: Route): Promise<DeliveryOutcome[]> {
  const { workflowId } = route;
  for (let look = 0; look < MAX_LOOKS; look++) {
    const run = await runs.look(workflowId);
    if (run?.isOpen === true) {
      if (await runs.signal(workflowId, alerts)) return alerts.map(() => 'signalled');
      continue;
    }
    const outcomes = outcomesWithoutOpenIncident(alerts, run);
    const [first, ...rest] = alerts.filter((_, index) => reaches(outcomes[index]!));
    if (first === undefined) return outcomes;
    const policy = look < MAX_LOOKS - 1 ? reusePolicy(run) : 'ALLOW_DUPLICATE';
    if (await runs.start([first, ...rest], route, run?.closedEpisodes ?? {}, policy)) return outcomes;
  }
  throw new Error(`${workflowId} changed again at each of ${MAX_LOOKS} looks`);
}

/** Whether an incident hears of the alert. */
export function reaches(outcome: DeliveryOutcome): boolean {
  return outcome === 'started' || outcome === 'signalled';
}

/** As if each came by itself: the first that fires and is not over begins an incident, and what comes after it is for it. */
function outcomesWithoutOpenIncident(alerts: Alert[], run: IncidentRun | undefined): DeliveryOutcome[] {
  let isOpen = false;
  return alerts.map((alert) => {
    if (isOpen) return 'signalled';
    if (alert.status === 'resolved') return 'nothingOpen';
    if (run?.isCompleted === true && isClosed(alert, run.closedEpisodes)) return 'closedEpisode';
    isOpen = true;
    return 'started';
  });
}

/** Episodes of one fingerprint begin one after the other, so the newest closed one closes those before it too. */
function isClosed(alert: Alert, closedEpisodes: Record<string, string>): boolean {
  if (!Object.hasOwn(closedEpisodes, alert.fingerprint)) return false;
  return alert.startsAt <= closedEpisodes[alert.fingerprint]!;
}

/**
 * Another intake may have started the incident since we looked, and it may be over already: then Temporal refuses ours
 * where it can tell, and we look again.
 */
function reusePolicy(run: IncidentRun | undefined): ReusePolicy {
  if (run === undefined) return 'REJECT_DUPLICATE';
  return run.isCompleted ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY';
}
