/** Plugins of an analysis: one module each, in `plugins/`. What is broken there fails, and all others go on. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type Plugin = (symbol: string) => string;

export interface PluginUse {
  runs: number;
  failures: number;
  last_error: string | null;
}

const SUFFIX = '.js';

export class Plugins {
  private readonly used = new Map<string, PluginUse>();
  private readonly changed = new Map<string, number>();

  constructor(private readonly folder: string) {}

  names(): string[] {
    try {
      const files = readdirSync(this.folder).filter((file) => file.endsWith(SUFFIX));
      return files.map((file) => file.slice(0, -SUFFIX.length).replaceAll('-', '_')).sort();
    } catch {
      return [];
    }
  }

  /** @throws Error with what the plugin said. */
  run(name: string, symbol: string): string {
    const use = this.used.get(name) ?? { runs: 0, failures: 0, last_error: null };
    this.used.set(name, use);
    use.runs++;
    try {
      return this.load(name)(symbol);
    } catch (error) {
      use.failures++;
      use.last_error = (error as Error).message;
      throw error;
    }
  }

  use(): Record<string, PluginUse> {
    return Object.fromEntries(this.used);
  }

  /** Its file as it is now, not as it was at the start of the service. */
  private load(name: string): Plugin {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`no plugin can have the name "${name}"`);
    const path = join(this.folder, `${name.replaceAll('_', '-')}${SUFFIX}`);
    const changedAt = statSync(path).mtimeMs;
    if (this.changed.get(path) !== changedAt) delete require.cache[path];
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { run } = require(path) as { run: Plugin };
    this.changed.set(path, changedAt);
    return run;
  }
}
