/** Alertmanager's webhook message, version 4, with one alert, as a test posts it. */
export function webhookMessage(options: {
  status: 'firing' | 'resolved';
  startsAt: string;
  /** Of a resolved one. @default now */
  endsAt?: string;
  labels?: Record<string, string>;
  fingerprint?: string;
  annotations?: Record<string, string>;
}): object {
  const labels = { alertname: 'KingfisherServiceDown', severity: 'critical', ...options.labels };
  const annotations = {
    summary: `KingFisher on ${labels['instance' as never] ?? 'a host'} is down`,
    ...options.annotations,
  };
  return {
    version: '4',
    groupKey: '{}:{alertname="KingfisherServiceDown"}',
    truncatedAlerts: 0,
    status: options.status,
    receiver: 'halcyon',
    groupLabels: { alertname: labels.alertname },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: 'http://127.0.0.1:9093',
    alerts: [
      {
        status: options.status,
        labels,
        annotations,
        startsAt: options.startsAt,
        endsAt: options.status === 'firing' ? '0001-01-01T00:00:00Z' : (options.endsAt ?? new Date().toISOString()),
        generatorURL: 'http://127.0.0.1:9090/graph',
        fingerprint: options.fingerprint ?? '6f8484d7b5244177',
      },
    ],
  };
}
