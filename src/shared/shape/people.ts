import type { Acknowledgement } from '../paging/escalation';
import type { ItemAssignment, ItemEnd, ItemSkip } from '../post-incident/checklist';
import type { Approval, ApprovalAnswer } from '../safety/approval';
import type { PauseRequest, ResumeRequest } from '../safety/guard';
import type { LeaseAbandonment, LeaseExtension, LeaseRelease } from '../safety/lease';
import { isNobody } from '../safety/people';
import { list, malformed, nullable, object, oneOf, optional, record } from './shape';
import type { Shape } from './shape';
import { duration, flag, maybeEmptyWords, name, scalar, text, time, words } from './values';

/** What people say, and what they are asked. */

/** Who says that an incident is over, and why. */
export interface Closing {
  as: string;
  reason: string;
}

/** Who says it: a name of which something can be seen. */
const person: Shape<string> = (value, place) => {
  const said = words(value, place);
  if (isNobody(said)) throw malformed(place, 'the name of a person', said);
  return said;
};

const HASH = /^[0-9a-f]{8}$/;
const hash: Shape<string> = (value, place) => {
  if (typeof value === 'string' && HASH.test(value)) return value;
  throw malformed(place, '8 hex digits', value);
};

export const closing = object<Closing>({ as: person, reason: words });

export const acknowledgement = object<Acknowledgement>({
  as: person,
  for: optional(duration({ most: '7d', example: '30m' })),
});

export const approvalAnswer = object<ApprovalAnswer>({
  as: person,
  hash: optional(hash),
  note: optional(maybeEmptyWords),
  inAdvance: optional(flag),
});

export const pauseRequest = object<PauseRequest>({
  by: person,
  reason: words,
  for: optional(duration({ most: '7d', example: '2h' })),
});

export const resumeRequest = object<ResumeRequest>({ by: person, reason: optional(words), all: optional(flag) });

export const leaseRelease = object<LeaseRelease>({ owner: optional(name), by: person, reason: words });

export const leaseAbandonment = object<LeaseAbandonment>({ by: person, reason: words });

export const leaseExtension = object<LeaseExtension>({
  by: person,
  for: duration({ most: '30d', example: '1h' }),
  reason: words,
});

export const itemEnd = object<ItemEnd>({ item: name, by: person, note: optional(maybeEmptyWords) });

export const itemSkip = object<ItemSkip>({ item: name, by: person, reason: words });

export const itemAssignment = object<ItemAssignment>({ item: name, to: person, by: person, due: optional(time) });

export const approval = object<Approval>({
  hash,
  subject: object<Approval['subject']>({
    risk: oneOf('fullRecovery', 'permissions', 'blockAddress', 'raiseLimit', 'quarantine', 'change'),
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
