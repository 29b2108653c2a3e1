/**
 * What an agent sees on its host. Plain JSON: these values cross the wire and stay in Temporal's history, so each is
 * bounded (text is cut, secrets are masked by the agent before they leave the host).
 *
 * Times are ISO 8601 in UTC by the host's clock; sizes are bytes; durations are milliseconds.
 */

/**
 * How good a piece of evidence is. Everything but `present` is a finding with a name, never read as good and never a
 * reason to act blindly.
 */
export type Evidence = 'present' | 'absent' | 'malformed' | 'stale';

/** A desired-state activity's answer: what was there, what is there now, and whether anything had to be done. */
export interface Change<T> {
  before: T;
  after: T;
  changed: boolean;
  /** Anything the reader should know, such as files that were left alone. */
  notes: string[];
}
