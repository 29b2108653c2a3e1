import type { DependencyName } from '../../shared/observations/service';
import type { HealthState } from '../../shared/observations/probes';
import type { Redact } from '../redact';
import type { KingfisherProbes } from '../agent-settings';
import type { ProbeOptions } from './answers';
import { probeEndpoint } from './endpoint';

const CHECKS_AT_MOST = 20;
const CHECK_CHARACTERS = 200;
const PASSING = ['ok', 'up', 'pass', 'healthy', 'true'];

const PLAIN = { statuses: null, field: null, headers: {}, token: null, tokenFile: null };

/** What is asked where nothing is configured. */
export const PLAIN_PROBES: KingfisherProbes = {
  health: { ...PLAIN, path: '/health', timeoutMs: 1_000 },
  ready: { ...PLAIN, path: '/ready', timeoutMs: 1_000 },
  metrics: { ...PLAIN, path: '/metrics', timeoutMs: 5_000 },
  outbox: {
    ...PLAIN,
    path: '/api/v1/outbox/stats',
    timeoutMs: 5_000,
    pending: ['pending'],
    oldestAge: ['oldest_age_seconds'],
  },
  telegram: { ...PLAIN, path: '/api/v1/telegram/status', timeoutMs: 3_000 },
  statistics: { ...PLAIN, path: '/api/v1/master-summary/statistics', timeoutMs: 5_000 },
};

export interface KingfisherProbing {
  probes?: Pick<KingfisherProbes, 'health' | 'ready'>;
  /** Those that this host has: what `/ready` does not call well is to be asked by itself. */
  dependencies?: DependencyName[];
}

/** `/health` and `/ready`, or what stands for them, asked at the same time. */
export async function probeKingfisher(
  baseUrl: string,
  options: ProbeOptions,
  { probes = PLAIN_PROBES, dependencies = [] }: KingfisherProbing = {},
): Promise<HealthState> {
  const [health, ready] = await Promise.all([
    probeEndpoint(baseUrl, probes.health, options),
    probeEndpoint(baseUrl, probes.ready, options),
  ]);
  return {
    health: health.endpoint,
    ready: ready.endpoint,
    failingChecks: parseFailingChecks(ready.body, options.redact),
    unchecked: dependencies.filter((dependency) => !isPassing(ready.body, dependency)),
    observedAt: new Date().toISOString(),
  };
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
