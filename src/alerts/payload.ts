import type { Alert } from '../shared/alert';
import { problem } from './problems';
import { readAlert } from './read-alert';
import { clip } from './text';

/** Every alert of the message, or why it is no message. */
export type ParsedWebhook = { alerts: Alert[] } | { problems: string[] };

/**
 * Reads Alertmanager's webhook message, version 4. Nobody sends a refused alert again, so only what holds no alerts at all
 * is refused: each alert is read by itself, what is wrong with one is its finding, and what is too long is cut. The body
 * limit bounds the number of alerts.
 *
 * @param receivedAt ISO 8601
 */
export function parseWebhook(body: unknown, receivedAt: string): ParsedWebhook {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { problems: [problem('body', 'a webhook message', body)] };
  }
  const { version, truncatedAlerts, externalURL, alerts } = body as Record<string, unknown>;
  if (!Array.isArray(alerts)) return { problems: [problem('alerts', 'a list of alerts', alerts)] };
  if (alerts.length === 0) return { problems: [problem('alerts', 'at least one alert', alerts)] };
  const isCount = truncatedAlerts === undefined || (Number.isInteger(truncatedAlerts) && Number(truncatedAlerts) >= 0);
  const problems = [
    ...(version === '4' ? [] : [problem('version', '"4"', version)]),
    ...(isCount ? [] : [problem('truncatedAlerts', 'a whole number', truncatedAlerts)]),
  ];
  const message = {
    externalURL: clip(typeof externalURL === 'string' ? externalURL : ''),
    truncated: isCount ? Number(truncatedAlerts ?? 0) : 0,
    receivedAt,
  };
  return { alerts: alerts.map((alert, index) => readAlert(alert, `alerts[${index}]`, message, problems)) };
}

/**
 * Reads the same, or one alert alone: what has labels and no list of alerts.
 *
 * @param receivedAt ISO 8601
 */
export function parseAlerts(body: unknown, receivedAt: string): ParsedWebhook {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (!isObject || Object.hasOwn(body, 'alerts') || !Object.hasOwn(body, 'labels'))
    return parseWebhook(body, receivedAt);
  return { alerts: [readAlert(body, 'alert', { externalURL: '', truncated: 0, receivedAt }, [])] };
}
