/** What stands in the place of a secret. */
export const MASK = '***';

/**
 * A pattern, and what replaces what it finds. Each pattern must stay linear in the text: whatever may repeat is bounded, or
 * cannot end in two ways.
 */
export interface Rule {
  pattern: RegExp;
  /** As for `String.replace`: `$1` is what stands before the secret. */
  by: string;
}

/** A rule that keeps what its first group found, and masks the rest. */
export function keepBefore(source: string, flags = 'gi'): Rule {
  return { pattern: new RegExp(source, flags), by: `$1${MASK}` };
}

/** Rules of one kind. Most texts hold none of them, and need not be looked at by each. */
export interface Rules {
  /** What a text has in which one of them finds anything. */
  hint: RegExp;
  rules: Rule[];
}
