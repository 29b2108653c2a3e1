/** What Alertmanager posts to a webhook, written without one. */

export interface FiringAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** ISO 8601; the same for every message of one episode. */
  startsAt: string;
  /** ISO 8601; absent while it fires. */
  endsAt?: string;
  generatorURL: string;
}

/** One alert as its own group, as with `group_by: [alertname, instance]`. */
export interface WebhookMessage {
  version: '4';
  receiver: string;
  status: 'firing' | 'resolved';
  groupKey: string;
  groupLabels: Record<string, string>;
  commonLabels: Record<string, string>;
  commonAnnotations: Record<string, string>;
  externalURL: string;
  truncatedAlerts: number;
  alerts: (Required<FiringAlert> & { status: 'firing' | 'resolved'; fingerprint: string })[];
}

/** Go's zero time: "not ended". */
const NOT_ENDED = '0001-01-01T00:00:00Z';

const FNV_OFFSET = 14_695_981_039_346_656_037n;
const FNV_PRIME = 1_099_511_628_211n;
/** Cannot occur in UTF-8, so names and values never run into each other. */
const SEPARATOR = 0xff;

/** The message of an alert that fires, or is resolved when it has an `endsAt`. */
export function webhookMessage(alert: FiringAlert): WebhookMessage {
  const { alertname = '', instance = '' } = alert.labels;
  const status = alert.endsAt === undefined ? 'firing' : 'resolved';
  return {
    version: '4',
    receiver: 'halcyon',
    status,
    groupKey: `{}:{alertname=${JSON.stringify(alertname)}, instance=${JSON.stringify(instance)}}`,
    groupLabels: { alertname, instance },
    commonLabels: alert.labels,
    commonAnnotations: alert.annotations,
    externalURL: '',
    truncatedAlerts: 0,
    alerts: [{ ...alert, status, endsAt: alert.endsAt ?? NOT_ENDED, fingerprint: fingerprintOf(alert.labels) }],
  };
}

/** Alertmanager's fingerprint of a label set: FNV-1a, 64 bits, over the labels sorted by name; 16 hexadecimal digits. */
export function fingerprintOf(labels: Record<string, string>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  let hash = FNV_OFFSET;
  for (const text of sorted.flat()) {
    for (const byte of [...Buffer.from(text), SEPARATOR]) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  }
  return hash.toString(16).padStart(16, '0');
}
