import type { OutboxSource } from '../../shared/observations/outbox';
import type { OutboxStatsSettings } from '../agent-settings';
import type { ProbeOptions } from './answers';
import { probeEndpoint, valueOf } from './endpoint';
import { PLAIN_PROBES } from './kingfisher';

const DETAIL_CHARACTERS = 200;
const NOT_FOUND = [404, 405, 410, 501];
const ANY_2XX = { statuses: null, field: null };

/**
 * KingFisher's statistics of its outbox. Only a whole number at the configured place is one: a page of HTML, an error told
 * with status 200, a number that is missing or negative are `malformed`, and a path that is not there is `absent`.
 */
export async function readOutboxStats(
  baseUrl: string,
  options: ProbeOptions,
  settings: OutboxStatsSettings = PLAIN_PROBES.outbox,
): Promise<OutboxSource> {
  const { endpoint, body } = await probeEndpoint(baseUrl, { ...settings, ...ANY_2XX }, options);
  const { status, answer } = endpoint;
  const none = (evidence: OutboxSource['evidence'], why: string): OutboxSource => ({
    evidence,
    pending: null,
    oldestAgeS: null,
    detail: options.redact(`${settings.path} ${why}`, DETAIL_CHARACTERS),
  });
  if (status === null) return none(answer === 'malformed' ? 'malformed' : 'failed', `${answer}: ${endpoint.detail}`);
  if (NOT_FOUND.includes(status)) return none('absent', `answers ${status}`);
  if (answer !== 'ok') return none('failed', `answers ${status}`);
  const pending = countOf(valueOf(body, settings.pending));
  if (saysError(body) || pending === undefined) {
    return none('malformed', `answers ${status} without ${settings.pending.join('.')}: ${endpoint.detail}`);
  }
  return { evidence: 'present', pending, oldestAgeS: ageOf(valueOf(body, settings.oldestAge)), detail: '' };
}

/** `{"error": "…"}`, whatever else stands beside it. */
function saysError(body: string): boolean {
  const error = valueOf(body, ['error']);
  return error !== undefined && error !== null && error !== false && error !== '';
}

/** A whole number, or a text that is nothing else. */
function countOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined;
}

function ageOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.round(value) : null;
}
