import type { Stack } from '../lab/stack';

interface BenchAlert {
  status: 'firing' | 'resolved';
  /** ISO 8601 */
  startsAt: string;
  host: string;
}

/** Posts one alert to intake as Alertmanager does. */
export async function postAlert(stack: Stack, { status, startsAt, host }: BenchAlert): Promise<void> {
  const labels = { alertname: 'KingfisherServiceDown', instance: host, severity: 'critical' };
  const endsAt = status === 'firing' ? '0001-01-01T00:00:00Z' : new Date().toISOString();
  const alert = {
    status,
    labels,
    annotations: {},
    startsAt,
    endsAt,
    generatorURL: '',
    fingerprint: 'be7c4a11be7c4a11',
  };
  const message = {
    version: '4',
    groupKey: 'bench',
    truncatedAlerts: 0,
    status,
    receiver: 'halcyon',
    groupLabels: {},
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: 'http://127.0.0.1',
    alerts: [alert],
  };
  const response = await fetch(stack.webhookUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
  if (!response.ok) throw new Error(`intake answered ${response.status}: ${await response.text()}`);
}
