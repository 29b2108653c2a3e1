/**
 * The configuration cannot be used. `lines` holds every problem, one line each, ready for people: file, key path, what
 * was expected and what was found. No line holds the value of a secret.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'));
  }
}
