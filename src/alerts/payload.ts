import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Alert } from '../shared/alert';

const MAX_LABELS = 64;
const MAX_NAME = 200;
const MAX_VALUE = 1_000;
const MAX_PROBLEMS = 20;
const MAX_SHOWN = 40;
const FINGERPRINT = /^[\w-]{1,64}$/;

/** What runbooks, routing and pages read: these stay when there are too many. */
const FIRST = ['alertname', 'instance', 'service', 'severity', 'summary', 'description', 'runbook_url'];

const time = z.iso.datetime({ offset: true, abort: true, error: 'expected an ISO 8601 time' });
/** Episodes are told apart by it, and Alertmanager always sends it: Go's zero time would make all of them one. */
const start = time.refine((value) => isWithinEpoch(value), 'expected the time at which the alert began');
const text = z.string('expected a text');
const texts = z.record(z.string(), text, 'expected a mapping of texts');

const webhookAlert = z.object(
  {
    status: z.enum(['firing', 'resolved'], 'expected "firing" or "resolved"'),
    labels: texts,
    annotations: texts.default({}),
    startsAt: start,
    endsAt: time.optional(),
    generatorURL: text.default(''),
    fingerprint: text.default(''),
  },
  'expected an alert',
);

/**
 * Alertmanager's webhook message, version 4. What Halcyon does not read may be anything: Alertmanager adds fields. What is
 * too long is cut and not refused: nobody sends a refused alert again. The body limit bounds the number of alerts.
 */
const webhook = z.object(
  {
    version: z.literal('4', 'expected "4"'),
    truncatedAlerts: z.int('expected a whole number').nonnegative('expected no negative number').default(0),
    externalURL: text.default(''),
    alerts: z.array(webhookAlert, 'expected a list of alerts').min(1, 'expected at least one alert'),
  },
  'expected a webhook message',
);

type WebhookAlert = z.output<typeof webhookAlert>;

/** Either every alert of the message, or what is wrong with it, one line per place. */
export type ParsedWebhook = { alerts: Alert[] } | { problems: string[] };

/** @param receivedAt ISO 8601 */
export function parseWebhook(body: unknown, receivedAt: string): ParsedWebhook {
  const result = webhook.safeParse(body, { reportInput: true });
  if (!result.success) return { problems: result.error.issues.slice(0, MAX_PROBLEMS).map(problem) };
  const { alerts, externalURL, truncatedAlerts } = result.data;
  return { alerts: alerts.map((alert) => toAlert(alert, { externalURL, truncated: truncatedAlerts, receivedAt })) };
}

function toAlert(alert: WebhookAlert, message: Pick<Alert, 'externalURL' | 'truncated' | 'receivedAt'>): Alert {
  const labels = clean(alert.labels);
  const { status, endsAt, generatorURL } = alert;
  return {
    status,
    alertname: labels['alertname'] ?? '',
    fingerprint: isFingerprint(alert.fingerprint) ? alert.fingerprint : fingerprintOf(alert.labels),
    // One spelling for one moment: episodes are compared as text.
    startsAt: new Date(alert.startsAt).toISOString(),
    ...(status === 'resolved' && endsAt !== undefined && !isZeroTime(endsAt)
      ? { endsAt: new Date(endsAt).toISOString() }
      : {}),
    labels,
    annotations: clean(alert.annotations),
    generatorURL: clip(generatorURL, MAX_VALUE),
    ...message,
    externalURL: clip(message.externalURL ?? '', MAX_VALUE),
  };
}

/** Go's zero time, which Alertmanager sends for "not ended". */
function isZeroTime(text: string): boolean {
  return text.startsWith('0001-01-01T');
}

/** Years of four digits since 1970: such times can be compared as text. */
function isWithinEpoch(text: string): boolean {
  const ms = Date.parse(text);
  return ms > 0 && new Date(ms).getUTCFullYear() <= 9_999;
}

/** Fingerprints become keys of plain objects, so the names that every object has are none. */
function isFingerprint(text: string): boolean {
  return FINGERPRINT.test(text) && !(text in Object.prototype);
}

/** Label text is whatever a target exported: bounded, and without characters that drive a terminal. */
function clean(record: Record<string, string>): Record<string, string> {
  const first = FIRST.filter((name) => Object.hasOwn(record, name));
  const names = [...first, ...Object.keys(record).filter((name) => !first.includes(name))].slice(0, MAX_LABELS);
  return Object.fromEntries(names.map((name) => [clip(name, MAX_NAME), clip(record[name] ?? '', MAX_VALUE)]));
}

function clip(text: string, length: number): string {
  const plain = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
  return plain.length <= length ? plain : `${plain.slice(0, length - 1)}…`;
}

/** For senders that leave it out, or send something else in its place: the same labels always give the same. */
function fingerprintOf(labels: Record<string, string>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

/** `alerts[3].startsAt: expected an ISO 8601 time, got "yesterday"` */
function problem({ path, message, input }: z.core.$ZodIssue): string {
  return `${pathOf(path)}: ${message}, got ${shown(input)}`;
}

/** `alerts[3].startsAt` */
function pathOf(path: readonly PropertyKey[]): string {
  const parts = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${clip(String(key), MAX_SHOWN)}`));
  return parts.join('').replace(/^\./, '') || 'body';
}

function shown(input: unknown): string {
  if (input === undefined) return 'nothing';
  if (Array.isArray(input)) return input.length === 0 ? 'an empty list' : 'a list';
  if (typeof input === 'object' && input !== null) return 'an object';
  return typeof input === 'string' ? JSON.stringify(clip(input, MAX_SHOWN)) : String(input);
}
