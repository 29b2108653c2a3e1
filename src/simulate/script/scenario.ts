import { parseDuration } from '../../shared/text/durations';

/** What is simulated besides the alert. */
export interface Scenario {
  /** The alert's `startsAt`, epoch milliseconds. */
  at: number;
  /** After this time somebody acknowledges; null for nobody. */
  ackAfterMs: number | null;
  /** Each question gets its yes so long after it was seen; null for no answer. */
  approveAfterMs: number | null;
  /** After this time KingFisher is well, whatever was tried; null for never. */
  wellAfterMs: number | null;
  /** Ends the simulation at the latest. */
  untilMs: number;
}

/** As given on the command line. */
export interface ScenarioTexts {
  at: string;
  ack: string;
  /** @default never */
  approve?: string;
  health: string;
  until: string;
}

/** Something that was given cannot be simulated; the message names it, its value and the remedy. */
export class ScenarioError extends Error {}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/;
const LONGEST_MS = 7 * 86_400_000;

/** Throws `ScenarioError`. */
export function parseScenario(texts: ScenarioTexts): Scenario {
  const untilMs = duration('--until', texts.until, texts.until, 'a duration such as "24h"');
  const ackAfterMs =
    texts.ack === 'never' ? null : duration('--ack', texts.ack, texts.ack, '"never" or a duration such as "20m"');
  const { approve = 'never' } = texts;
  const approveAfterMs =
    approve === 'never' ? null : duration('--approve', approve, approve, '"never" or a duration such as "2m"');
  const after = /^after=(.*)$/.exec(texts.health)?.[1];
  const wellAfterMs =
    texts.health === 'never'
      ? null
      : duration('--health', texts.health, after, '"never" or a time such as "after=12m"');
  for (const [name, ms, text] of [
    ['--ack', ackAfterMs, texts.ack],
    ['--health', wellAfterMs, texts.health],
  ] as const) {
    if (ms !== null && ms >= untilMs) {
      throw new ScenarioError(`${name}: ${text} is not before the end, --until ${texts.until}: change one of them`);
    }
  }
  return { at: moment(texts.at), ackAfterMs, approveAfterMs, wellAfterMs, untilMs };
}

function moment(text: string): number {
  const ms = TIME.test(text) ? Date.parse(text) : NaN;
  // Date.parse takes the 31st of February for a day in March.
  if (!Number.isFinite(ms) || new Date(ms).toISOString().slice(0, 16) !== text.slice(0, 16)) {
    throw new ScenarioError(`--at: expected a time in UTC such as "2026-11-23T03:00Z", got "${text}"`);
  }
  return ms;
}

function duration(name: string, given: string, text: string | undefined, expected: string): number {
  const ms = text === undefined ? undefined : parseDuration(text);
  if (ms === undefined || ms > LONGEST_MS) {
    throw new ScenarioError(`${name}: expected ${expected}, up to 7d, got "${given}"`);
  }
  return ms;
}
