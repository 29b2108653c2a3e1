import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../lab/stack';

interface BenchAlert {
  status: 'firing' | 'resolved';
  /** ISO 8601 */
  startsAt: string;
  host: string;
}

const ATTEMPTS = 60;
const AGAIN_MS = 500;

/** Posts one alert to intake as Alertmanager does. */
export async function postAlert(stack: Stack, alert: BenchAlert): Promise<void> {
  const response = await send(stack, alert);
  if (!response.ok) throw new Error(`intake answered ${response.status}: ${await response.text()}`);
}

/** The same; what Temporal cannot take in time is sent again, as Alertmanager does it. */
export async function postAlertPatiently(stack: Stack, alert: BenchAlert): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const response = await send(stack, alert);
    if (response.ok) return;
    const text = await response.text();
    if (response.status < 500 || attempt === ATTEMPTS) throw new Error(`intake answered ${response.status}: ${text}`);
    await sleep(AGAIN_MS);
  }
}

async function send(stack: Stack, { status, startsAt, host }: BenchAlert): Promise<Response> {
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
  return await fetch(stack.webhookUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
}
