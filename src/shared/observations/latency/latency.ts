import type { Answer } from '../probes';
import type { SeriesState } from '../series';

/** How slow is too slow, and over how long it is seen. */
export interface LatencyTerms {
  /** 95 of 100 analyses take no longer than this. */
  atMostMs: number;
  withinMs: number;
}

/** How long analyses take just now. */
export interface LatencyState {
  /** P95; null where no analysis ended, or where nothing is known. */
  p95Ms: number | null;
  /** Over how long it was seen, milliseconds. */
  seenMs: number;
  /** Analyses that wait or are under way, by the service itself; null where it does not say, or where nobody asked. */
  backlog: number | null;
  answer: SeriesState['answer'];
  /** Why it is not known; masked. Empty where it is. */
  detail: string;
  observedAt: string;
}

/** Where OpenAI is asked, and how it answered each time. */
export interface OpenAiState {
  /** Host and path. */
  place: string;
  looks: OpenAiLook[];
  /** Whether somebody took the connection where no answer came in time; null where answers came. */
  takesConnections: boolean | null;
  /** The longest that one look waits. */
  timeoutMs: number;
  observedAt: string;
}

export interface OpenAiLook {
  answer: Answer;
  /** Null where none came in time. */
  status: number | null;
  /** Until the first byte of the answer; null where none came. */
  firstByteMs: number | null;
  /** Why none came; masked. */
  detail: string;
}

/**
 * The fastest of several looks, with those that ran into their time-out counted as that: one slow look is none. Undefined
 * where it cannot be told: it was not reached, or failed otherwise than by being slow.
 */
export function firstByteOf({ looks, takesConnections, timeoutMs }: OpenAiState): number | undefined {
  const isKnown = ({ answer, firstByteMs }: OpenAiLook) =>
    firstByteMs !== null || (answer === 'timeout' && takesConnections === true);
  if (looks.length === 0 || !looks.every(isKnown)) return undefined;
  return Math.min(...looks.map(({ firstByteMs }) => firstByteMs ?? timeoutMs));
}
