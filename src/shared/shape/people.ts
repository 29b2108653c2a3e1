import type { Acknowledgement } from '../paging/escalation';
import type { Approval, ApprovalAnswer } from '../safety/approval';
import type { PauseRequest, ResumeRequest } from '../safety/guard';
import type { LeaseAbandonment, LeaseExtension, LeaseRelease } from '../safety/lease';
import { list, malformed, nullable, object, oneOf, optional, record } from './shape';
import type { Shape } from './shape';
import { duration, flag, maybeEmptyWords, name, scalar, text, time, words } from './values';

/** What people say, and what they are asked. */

/** Who says that an incident is over, and why. */
export interface Closing {
  as: string;
  reason: string;
}

const HASH = /^[0-9a-f]{8}$/;
const hash: Shape<string> = (value, place) => {
  if (typeof value === 'string' && HASH.test(value)) return value;
  throw malformed(place, '8 hex digits', value);
};

export const closing = object<Closing>({ as: words, reason: words });

export const acknowledgement = object<Acknowledgement>({
  as: words,
  for: optional(duration({ most: '7d', example: '30m' })),
});

export const approvalAnswer = object<ApprovalAnswer>({
  as: words,
  hash: optional(hash),
  note: optional(maybeEmptyWords),
  inAdvance: optional(flag),
});

export const pauseRequest = object<PauseRequest>({
  by: words,
  reason: words,
  for: optional(duration({ most: '7d', example: '2h' })),
});

export const resumeRequest = object<ResumeRequest>({ by: words, reason: optional(words), all: optional(flag) });

export const leaseRelease = object<LeaseRelease>({ owner: optional(name), by: words, reason: words });

export const leaseAbandonment = object<LeaseAbandonment>({ by: words, reason: words });

export const leaseExtension = object<LeaseExtension>({
  by: words,
  for: duration({ most: '30d', example: '1h' }),
  reason: words,
});

export const approval = object<Approval>({
  hash,
  subject: object<Approval['subject']>({
    risk: oneOf('fullRecovery', 'permissions', 'blockAddress', 'raiseLimit', 'change'),
    host: text,
    cite: text,
    title: text,
    arguments: record(nullable(scalar), 100),
    precondition: text,
  }),
  state: oneOf('asked', 'approved', 'rejected', 'expired', 'withdrawn'),
  askedAt: time,
  expiresAt: time,
  roles: list(text, 100),
  people: list(text, 100),
  answeredBy: nullable(text),
  answeredAt: nullable(time),
  note: text,
});
