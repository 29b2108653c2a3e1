/**
 * What an agent wants to see before it changes its host.
 *
 * `change` needs the turn: its token is the fencing token that the guard gave, and an agent that saw a newer one refuses
 * it. `undo` puts back what Halcyon itself changed (a lease's end, the start of a service that a recovery stopped): it is
 * never held up by a pause or by somebody else's turn, and so must be safe beside any change.
 */
export interface ChangePermit {
  kind: 'change' | 'undo';
  /** Fencing token. 0 where no guard gave one: refused as soon as the agent saw any. */
  token: number;
  /** Workflow id of whoever asks, for the agent's log of changes. */
  holder: string;
}
