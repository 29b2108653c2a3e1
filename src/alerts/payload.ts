import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Alert } from '../shared/alert';

const MAX_ALERTS = 1_000;
const MAX_LABELS = 64;
const MAX_NAME = 200;
const MAX_VALUE = 1_000;

const time = z.iso.datetime({ offset: true, error: 'expected an ISO 8601 time' });
const texts = z.record(z.string(), z.string()).refine((record) => Object.keys(record).length <= MAX_LABELS, {
  error: `expected at most ${MAX_LABELS} entries`,
});

/** Alertmanager's webhook message, version 4. What Halcyon does not read may be anything: Alertmanager adds fields. */
const webhook = z.object({
  version: z.literal('4'),
  groupKey: z.string().optional(),
  truncatedAlerts: z.number().int().nonnegative().default(0),
  externalURL: z.string().default(''),
  alerts: z
    .array(
      z.object({
        status: z.enum(['firing', 'resolved']),
        labels: texts,
        annotations: texts.default({}),
        startsAt: time,
        endsAt: time.optional(),
        generatorURL: z.string().default(''),
        fingerprint: z.string().max(MAX_NAME).default(''),
      }),
    )
    .min(1)
    .max(MAX_ALERTS),
});

type WebhookAlert = z.output<typeof webhook>['alerts'][number];

/** Either every alert of the message, or what is wrong with it, one line per place. */
export type ParsedWebhook = { alerts: Alert[] } | { problems: string[] };

/** @param receivedAt ISO 8601 */
export function parseWebhook(body: unknown, receivedAt: string): ParsedWebhook {
  const result = webhook.safeParse(body);
  if (!result.success) {
    return { problems: result.error.issues.slice(0, 20).map((issue) => `${pathOf(issue.path)}: ${issue.message}`) };
  }
  const { alerts, externalURL, truncatedAlerts } = result.data;
  return { alerts: alerts.map((alert) => toAlert(alert, { externalURL, truncated: truncatedAlerts, receivedAt })) };
}

function toAlert(alert: WebhookAlert, message: Pick<Alert, 'externalURL' | 'truncated' | 'receivedAt'>): Alert {
  const labels = clean(alert.labels);
  const { status, endsAt, generatorURL } = alert;
  return {
    status,
    alertname: labels['alertname'] ?? '',
    fingerprint: clip(alert.fingerprint, MAX_NAME) || fingerprintOf(labels),
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

/** Label text is whatever a target exported: bounded, and without characters that drive a terminal. */
function clean(record: Record<string, string>): Record<string, string> {
  const entries = Object.entries(record).map(([name, value]) => [clip(name, MAX_NAME), clip(value, MAX_VALUE)]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function clip(text: string, length: number): string {
  const plain = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
  return plain.length <= length ? plain : `${plain.slice(0, length - 1)}…`;
}

/** For senders that leave it out: the same labels always give the same. */
function fingerprintOf(labels: Record<string, string>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

/** `alerts[3].startsAt` */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text.replace(/^\./, '') || 'body';
}
