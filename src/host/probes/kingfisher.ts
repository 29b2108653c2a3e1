import type { DependencyName, HealthState } from '../../shared/observations';
import type { Redact } from '../redact';
import type { ProbeOptions } from './answers';
import { probeHttp } from './http';

const CHECKS_AT_MOST = 20;
const CHECK_CHARACTERS = 200;
const PASSING = ['ok', 'up', 'pass', 'healthy', 'true'];

/** `/health` and `/ready`, asked at the same time. `dependencies`: those that this host has. */
export async function probeKingfisher(
  baseUrl: string,
  options: ProbeOptions,
  dependencies: DependencyName[] = [],
): Promise<HealthState> {
  const at = (path: string) => `${baseUrl.replace(/\/+$/, '')}${path}`;
  const [health, ready] = await Promise.all([probeHttp(at('/health'), options), probeHttp(at('/ready'), options)]);
  return {
    health: health.endpoint,
    ready: ready.endpoint,
    failingChecks: parseFailingChecks(ready.body, options.redact),
    unchecked: dependencies.filter((dependency) => !isPassing(ready.body, dependency)),
    observedAt: new Date().toISOString(),
  };
}

export function isHealthy({ health, ready }: HealthState): boolean {
  return health.answer === 'ok' && ready.answer === 'ok';
}

/** From `{"checks":{"redis":"ok","postgres":"refused"}}` the `postgres: refused`; nothing from any other body. */
export function parseFailingChecks(body: string, redact: Redact): string[] {
  const checks = parseChecks(body);
  return Object.entries(checks)
    .map(([name, check]) => [name, wordOf(check)] as const)
    .filter(([, word]) => !PASSING.includes(word.toLowerCase()))
    .slice(0, CHECKS_AT_MOST)
    .map(([name, word]) => redact(`${name}: ${word}`, CHECK_CHARACTERS));
}

/** Of `{"checks":{"redis":"ok","postgres":"refused"}}`, redis. */
function isPassing(body: string, name: string): boolean {
  const check = parseChecks(body)[name];
  return check !== undefined && PASSING.includes(wordOf(check).toLowerCase());
}

function parseChecks(body: string): Record<string, unknown> {
  try {
    const { checks } = (JSON.parse(body) ?? {}) as { checks?: unknown };
    return typeof checks === 'object' && checks !== null ? (checks as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A check may be a word, or an object with a status. */
function wordOf(check: unknown): string {
  if (typeof check !== 'object' || check === null) return String(check);
  const { status, error } = check as { status?: unknown; error?: unknown };
  return [status, error].filter((part) => part !== undefined && part !== null).join(' ') || JSON.stringify(check);
}
