import type { Route } from '../alerts/routing';
import type { Alert } from '../shared/alert';
import { isCopy, isLaterEpisode } from '../shared/episode';
import type { ClosedEpisode } from '../shared/episode';
import type { DeliveryOutcome } from './delivery';
import type { IncidentRun, IncidentRuns, IncidentStart, ReusePolicy } from './incident-runs';

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
    const meanings = alerts.map((alert) => meaningOf(alert, run));
    const outcomes = outcomesWithoutOpenIncident(meanings);
    const [first, ...rest] = alerts.filter((_, index) => reaches(outcomes[index]!));
    if (first === undefined) return outcomes;
    const start: IncidentStart = {
      alerts: [first, ...rest],
      route,
      closedEpisodes: run?.closedEpisodes ?? {},
      isRevisit: !meanings.includes('new'),
      reusePolicy: look < MAX_LOOKS - 1 ? reusePolicy(run) : 'ALLOW_DUPLICATE',
    };
    if (await runs.start(start)) return outcomes;
  }
  throw new Error(`${workflowId} changed again at each of ${MAX_LOOKS} looks`);
}

/** Whether an incident hears of the alert. */
export function reaches(outcome: DeliveryOutcome): boolean {
  return outcome === 'started' || outcome === 'signalled';
}

/**
 * What an alert says where no incident is open.
 * - `new`: an episode that nobody has dealt with. `over`: it is resolved.
 * - `copy`: of a closed episode, so soon after its end that it says nothing. `again`: of a closed episode, clearly after
 *   its end: Alertmanager let it expire, say, and its sender goes on.
 */
type Meaning = 'new' | 'over' | 'copy' | 'again';

/** What a run that came to no end knew is not dealt with. */
function meaningOf(alert: Alert, run: IncidentRun | undefined): Meaning {
  if (alert.status === 'resolved') return 'over';
  const closed = run?.isCompleted === true ? closedEpisodeOf(alert, run) : undefined;
  if (closed === undefined || isLaterEpisode(alert, closed)) return 'new';
  return isCopy(alert, closed.endedAt) ? 'copy' : 'again';
}

function closedEpisodeOf({ fingerprint }: Alert, { closedEpisodes }: IncidentRun): ClosedEpisode | undefined {
  return Object.hasOwn(closedEpisodes, fingerprint) ? closedEpisodes[fingerprint] : undefined;
}

/** As if each came by itself: the first that fires and is not over begins an incident, and what comes after it is for it. */
function outcomesWithoutOpenIncident(meanings: Meaning[]): DeliveryOutcome[] {
  const first = meanings.findIndex((meaning) => meaning === 'new' || meaning === 'again');
  return meanings.map((meaning, index) => {
    if (first !== -1 && index >= first) return index === first ? 'started' : 'signalled';
    return meaning === 'over' ? 'nothingOpen' : 'closedEpisode';
  });
}

/**
 * Another intake may have started the incident since we looked, and it may be over already: then Temporal refuses ours
 * where it can tell, and we look again.
 */
function reusePolicy(run: IncidentRun | undefined): ReusePolicy {
  if (run === undefined) return 'REJECT_DUPLICATE';
  return run.isCompleted ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY';
}
