import type { LeaseNews, LeaseRequest } from '../../../shared/safety/lease';
import type { ChangePermit } from '../../../shared/safety/permit';
import { either, nullable, object, oneOf, optional } from '../../../shared/shape/shape';
import { flag, name, scalar, text, time } from '../../../shared/shape/values';
import { escalationPlan } from './escalation';
import { guardPolicy, token } from './guard';

const permit = object<ChangePermit>({
  kind: oneOf('change', 'undo'),
  token,
  holder: name,
});

type Turn = LeaseRequest['turn'];
const bringsPermit = (value: unknown) => typeof value === 'object' && value !== null && 'permit' in value;

export const leaseRequest = object<LeaseRequest>({
  id: optional(name),
  host: name,
  setting: name,
  value: scalar,
  owner: name,
  reason: text,
  until: time,
  turn: either(
    object<Extract<Turn, { permit: unknown }>>({ permit }),
    object<Extract<Turn, { guard: unknown }>>({ guard: guardPolicy }),
    bringsPermit,
  ),
  escalation: escalationPlan,
});

export const leaseNews = object<LeaseNews>({
  id: optional(name),
  host: text,
  setting: name,
  state: oneOf('active', 'overtaken', 'refused', 'undone'),
  previous: nullable(scalar),
  changed: flag,
  why: text,
});
