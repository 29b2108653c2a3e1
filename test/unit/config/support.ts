import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../../src/config';
import type { Config } from '../../../src/config';
import { parseConfig } from '../../../src/config/load/load';

/** What a file of this text gives. */
export function configOf(text: string, env: NodeJS.ProcessEnv = {}): Config {
  return parseConfig({ label: 'halcyon.yaml', text }, env);
}

/** The lines of the `ConfigError` that this throws. */
export function linesOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

/** The problems of a file of this text. */
export function problemsOf(text: string, env: NodeJS.ProcessEnv = {}): readonly string[] {
  return linesOf(() => configOf(text, env));
}

/** Runs with a fresh folder and removes it, whatever happens. */
export function withFolder<T>(action: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'halcyon-config-'));
  try {
    return action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
