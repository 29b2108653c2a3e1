import { parseWebhook } from '../../alerts/payload';
import type { Alert } from '../../shared/alert';
import { ScenarioError } from './scenario';

/**
 * Alerts that fire in a file: a message as Alertmanager sends it, or a single alert of one, where what the simulation
 * sets itself may be left out. They begin at `at`.
 *
 * Throws `ScenarioError` that names the file, the place and what was expected.
 *
 * @param label how messages call the file
 * @param at ISO 8601
 */
export function parseAlertFile(text: string, label: string, at: string): [Alert, ...Alert[]] {
  const written = parseJson(text, label);
  const isMessage = isObject(written) && 'alerts' in written;
  if (!isMessage && !(isObject(written) && 'labels' in written)) {
    throw new ScenarioError(
      `${label}: expected Alertmanager's webhook message (an object with "alerts") or one alert (an object with "labels")`,
    );
  }
  const message = isMessage ? written : { version: '4', alerts: [{ status: 'firing', startsAt: at, ...written }] };
  const parsed = parseWebhook(message, at);
  const problems = 'problems' in parsed ? parsed.problems : parsed.alerts.flatMap(problemsOf);
  if ('problems' in parsed || problems.length > 0) {
    const places = problems.map((problem) => (isMessage ? problem : problem.replace(/^alerts\[0\]\.?/, '')));
    throw new ScenarioError([...new Set(places)].map((place) => `${label}: ${place}`).join('\n'));
  }
  const [first, ...others] = parsed.alerts.filter(({ status }) => status === 'firing').map((alert) => begun(alert, at));
  if (first === undefined) {
    throw new ScenarioError(`${label}: no alert in it fires, so nothing would start: set "status" to "firing"`);
  }
  return [first, ...others];
}

/** Intake takes such an alert all the same; whoever writes one for a simulation wants to know. */
function problemsOf({ findings = [] }: Alert): string[] {
  return findings.filter(({ name }) => name === 'AlertMalformed').map(({ detail }) => detail);
}

function begun({ endsAt: _, ...alert }: Alert, at: string): Alert {
  return { ...alert, startsAt: at };
}

function parseJson(text: string, label: string): unknown {
  try {
    return JSON.parse(text);
  } catch (err) {
    const why = err instanceof Error ? err.message : String(err);
    throw new ScenarioError(`${label}: not JSON (${why}); expected Alertmanager's webhook message, or one alert of it`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
