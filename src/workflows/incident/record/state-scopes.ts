import type { IncidentState } from '../../../shared/incident';

/**
 * Of the states that are open at the same time the highest is shown. What waits is higher than what works: it is what
 * people want to know. Of what works, the later stage is higher. What an incident rests in is lowest: whatever happens
 * meanwhile says more.
 */
const PRECEDENCE: Record<IncidentState, number> = {
  closed: 10,
  waitingForApproval: 9,
  waitingForTurn: 8,
  waitingForAgent: 7,
  verifying: 6,
  remedying: 5,
  diagnosing: 4,
  waitingForPeople: 3,
  notDue: 2,
  watching: 1,
};

/**
 * The states that an incident is in, each for as long as the work that opened it: steps beside steps and steps within
 * steps open and close theirs without knowing of each other. Plain state without Temporal calls.
 */
export class StateScopes {
  private readonly open = new Set<{ state: IncidentState }>();

  /** @param last shown until something is opened */
  constructor(private last: IncidentState) {}

  /** The highest that is open; while none is, the one that was shown last. */
  get shown(): IncidentState {
    return this.last;
  }

  /** The returned function closes it again. */
  enter(state: IncidentState): () => void {
    const scope = { state };
    this.open.add(scope);
    this.look();
    return () => {
      this.open.delete(scope);
      this.look();
    };
  }

  private look(): void {
    const [highest = this.last] = [...this.open]
      .map(({ state }) => state)
      .sort((a, b) => PRECEDENCE[b] - PRECEDENCE[a]);
    this.last = highest;
  }
}
