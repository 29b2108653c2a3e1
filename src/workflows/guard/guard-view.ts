import type { GuardView } from '../../shared/safety/guard';
import type { GuardMemory } from './guard-memory';
import type { GuardState } from './guard-state';
import { iso } from '../support/time';

/** What a guard shows of itself. `now`: epoch milliseconds. */
export function guardView(host: string, state: GuardState, memory: GuardMemory, now: number): GuardView {
  const { holder, queue, lastToken, policy, paused } = state;
  return {
    host,
    pauses: paused.pauses,
    holder:
      holder === null
        ? null
        : {
            incidentId: holder.request.incidentId,
            runId: holder.request.runId,
            token: holder.token,
            since: iso(holder.since),
          },
    queue: queue.map(({ incidentId, severity, startsAt }) => ({ incidentId, severity, startsAt })),
    lastToken,
    restarts: memory.restarts(now),
    recentIncidents: policy === null ? 0 : memory.recent(policy, now).length,
    changes: memory.changes(now),
  };
}
