import type { ServiceName } from '../../../shared/observations/service';
import type { ChangeNote, GuardPolicy, TurnMessage, TurnRelease, TurnRequest } from '../../../shared/safety/guard';
import { byKind, nullable, object, oneOf, optional } from '../../../shared/shape/shape';
import { flag, name, text, time, whole, words } from '../../../shared/shape/values';

const LONGEST_MS = 366 * 86_400_000;

const service = oneOf<ServiceName>('kingfisher', 'postgres', 'redis', 'rabbitmq');
const count = whole(0, 1_000_000);
export const token = whole(0, Number.MAX_SAFE_INTEGER);

export const guardPolicy = object<GuardPolicy>({
  restartsPerHour: count,
  flapping: object<GuardPolicy['flapping']>({ incidents: count, withinMs: whole(0, LONGEST_MS) }),
  remindEveryMs: whole(1, LONGEST_MS),
});

export const turnRequest = object<TurnRequest>({
  incidentId: name,
  runId: name,
  runbook: text,
  severity: text,
  startsAt: time,
  startedBy: nullable(words),
  policy: guardPolicy,
  staleToken: optional(token),
});

export const turnRelease = object<TurnRelease>({ incidentId: name, runId: name, changed: flag });

export const changeNote = object<ChangeNote>({
  incidentId: name,
  runId: name,
  token,
  restart: nullable(service),
  what: text,
});

const restartsLeft = object<Partial<Record<ServiceName, number>>>({
  kingfisher: optional(count),
  postgres: optional(count),
  redis: optional(count),
  rabbitmq: optional(count),
});

const to = { to: optional(name) };

export const turnMessage = byKind<TurnMessage>({
  granted: { ...to, token, restartsLeft: optional(restartsLeft) },
  queued: { ...to, holder: text, position: count },
  refused: { ...to, reason: oneOf('paused', 'budget', 'flapping'), detail: text },
  // Of several people at once: longer than one person's words.
  paused: { ...to, by: text, reason: text, until: time },
  resumed: { ...to, by: text },
  wanted: { ...to, by: text },
});
