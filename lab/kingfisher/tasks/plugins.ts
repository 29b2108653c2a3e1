/** Plugins of an analysis: one module each, in `plugins/`. What is broken there fails, and all others go on. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';

export type Plugin = (symbol: string) => string;

export interface PluginUse {
  runs: number;
  failures: number;
  last_error: string | null;
}

const SUFFIX = '.js';

export class Plugins {
  private readonly used = new Map<string, PluginUse>();
  private readonly loaded = new Map<string, { changedAt: number; run: Plugin }>();

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
    const loaded = this.loaded.get(path);
    if (loaded?.changedAt === changedAt) return loaded.run;
    const exports = {} as { run: Plugin };
    compileFunction(readFileSync(path, 'utf8'), ['exports'], { filename: path })(exports);
    this.loaded.set(path, { changedAt, run: exports.run });
    return exports.run;
  }
}
