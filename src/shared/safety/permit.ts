/**
 * What an agent wants to see before it changes its host.
 *
 * `change` needs the turn: its token is the fencing token that the guard gave, and an agent that saw a newer one refuses
 * it. `undo` puts back what Halcyon itself changed (a lease's end, the start of a service that a recovery stopped): it is
 * never held up by a pause or by somebody else's turn, and so must be safe beside any change. What Halcyon itself changed is
 * what the ledger of the host says: without that, it is no permit.
 */
export interface ChangePermit {
  kind: 'change' | 'undo';
  /** Fencing token; 0 for an undo, which needs none. */
  token: number;
  /** Workflow id of whoever asks, for the agent's log of changes. */
  holder: string;
}

/** The input of an activity that changes its host. */
export type Permitted<I extends object = object> = I & { permit: ChangePermit };

/** A workflow id: longer ones are not Halcyon's. */
const HOLDER_CHARACTERS = 500;

export function isPermit(value: unknown): value is ChangePermit {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, token, holder } = value as Partial<ChangePermit>;
  const isKind = kind === 'change' || kind === 'undo';
  const isHolder = typeof holder === 'string' && holder !== '' && holder.length <= HOLDER_CHARACTERS;
  return isKind && Number.isSafeInteger(token) && token! >= 0 && isHolder;
}
