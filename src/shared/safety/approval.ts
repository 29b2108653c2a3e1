/** Questions that an incident asks people before it does something risky. */

/** `approvals:` of halcyon.yaml; travels with the incident. */
export interface ApprovalPolicy {
  /** An open question is answered "no" after this. */
  expireAfterMs: number;
  /** Role to the people who have it. */
  roles: Record<string, string[]>;
  /** Kind of risk to the roles that may approve it; `default` for the others. */
  approvers: Record<string, string[]>;
}

/** Kinds of risk; each may have approvers of its own. */
export type Risk =
  | 'fullRecovery'
  | 'permissions'
  | 'blockAddress'
  | 'raiseLimit'
  | 'quarantine'
  | 'issueToken'
  | 'removeImages'
  | 'change';

/** Exactly what is asked. Everything in here, and the run that asks, is part of the hash that an answer is bound to. */
export interface ApprovalSubject {
  risk: Risk;
  host: string;
  cite: string;
  title: string;
  /** What it would be done with. */
  arguments: Record<string, string | number | boolean | null>;
  /** The evidence that makes it right; an approval does not hold when it has changed. */
  precondition: string;
}

export type ApprovalState = 'asked' | 'approved' | 'rejected' | 'expired' | 'withdrawn';

export interface Approval {
  /** First 8 letters of the sha256 of the run and `subject`. */
  hash: string;
  subject: ApprovalSubject;
  state: ApprovalState;
  askedAt: string;
  expiresAt: string;
  /** Roles of which one may answer. */
  roles: string[];
  /** Who has one of them and did not start the run, the first few by name. */
  people: string[];
  answeredBy: string | null;
  answeredAt: string | null;
  note: string;
}

/** From that moment on silence is a no. `now`: epoch milliseconds. */
export function hasExpired({ expiresAt }: Pick<Approval, 'expiresAt'>, now: number): boolean {
  return Date.parse(expiresAt) <= now;
}

/** One plain object, as Temporal UI sends it. `hash` may be left out while the run's only question is open. */
export interface ApprovalAnswer {
  as: string;
  hash?: string;
  note?: string;
  /** The question of this hash is not asked yet: keep the answer until it is. */
  inAdvance?: boolean;
}

/** What became of an answer. `kept`: given in advance, and the question is not asked yet. */
export interface ApprovalReply {
  hash: string;
  state: ApprovalState | 'kept';
  detail: string;
}

export type Verdict = 'approved' | 'rejected';

/** An answer that was given on purpose before its question was asked. */
export interface EarlyAnswer {
  hash: string;
  as: string;
  verdict: Verdict;
  note: string;
}
