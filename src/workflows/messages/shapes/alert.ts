import type { Alert } from '../../../shared/alert';
import { isFingerprint } from '../../../shared/episode';
import { either, list, malformed, object, oneOf, optional, record } from '../../../shared/shape/shape';
import type { Shape } from '../../../shared/shape/shape';
import { text, time, whole } from '../../../shared/shape/values';

/** Intake sends fewer at a time, and keeps fewer labels. */
const MAX_ALERTS = 1_000;
const MAX_LABELS = 200;

const fingerprint: Shape<string> = (value, place) => {
  if (typeof value === 'string' && isFingerprint(value)) return value;
  throw malformed(place, 'a fingerprint', value);
};

const alert = object<Alert>({
  status: oneOf('firing', 'resolved'),
  alertname: text,
  fingerprint,
  startsAt: time,
  claimedStart: optional(text),
  endsAt: optional(time),
  labels: record(text, MAX_LABELS),
  annotations: record(text, MAX_LABELS),
  generatorURL: optional(text),
  externalURL: optional(text),
  receivedAt: time,
  truncated: whole(0, Number.MAX_SAFE_INTEGER),
  findings: optional(list(object<{ name: string; detail: string }>({ name: text, detail: text }), 100)),
  malformed: optional(text),
});

/** One alert, or a list of them. */
export const alerts = either<Alert[], Alert>(list(alert, MAX_ALERTS), alert, Array.isArray);
