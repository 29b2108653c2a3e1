import { parseAlerts } from '../../alerts/payload';
import { clip } from '../../alerts/text';
import type { Alert } from '../../shared/alert';

/** Of the reason for a dead letter. */
const MAX_REASON = 300;

/** The alerts of a message; `poison` says why there can never be any. */
export type ReadMessage = { alerts: Alert[] } | { poison: string };

/** Reads what came over the queue: Alertmanager's webhook message, version 4, or one alert alone, as JSON. */
export function readMessage(content: Buffer, limits: { bodyLimitBytes: number; receivedAt: string }): ReadMessage {
  const { bodyLimitBytes, receivedAt } = limits;
  if (content.length > bodyLimitBytes) {
    return { poison: `too large: ${content.length} bytes, intake.bodyLimit is ${bodyLimitBytes}` };
  }
  const json = parseJson(content);
  if (json === undefined) return { poison: content.length === 0 ? 'empty' : 'not JSON' };
  const parsed = parseAlerts(json.value, receivedAt);
  if ('alerts' in parsed) return parsed;
  return {
    poison: clip(`neither an Alertmanager webhook message nor an alert: ${parsed.problems.join('; ')}`, MAX_REASON),
  };
}

/** In an object of its own, for `null` is JSON, too. The parser's words for what is wrong would quote the message. */
function parseJson(content: Buffer): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder().decode(content)) };
  } catch {
    return undefined;
  }
}
