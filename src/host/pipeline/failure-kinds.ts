import { FAILURE_KINDS, PLUGINS_AT_MOST, isPluginName } from '../../shared/observations/pipeline';
import type { FailureKind, KindCount } from '../../shared/observations/pipeline';
import type { Series } from '../../shared/observations/series';
import type { PipelineSettings } from '../agent-settings';

/** What is judged of one line. */
const LINE_CHARACTERS = 2_000;

/** A line of an error, or the labels of a counter, and how often it was so. */
export interface Said {
  text: string;
  count: number;
}

/** Tells lines of errors from others, and what they are about, as the configuration says. */
export class FailureKinds {
  private readonly error: RegExp;
  private readonly kinds: [FailureKind, RegExp[]][];
  private readonly pluginName: RegExp;

  constructor({ error, kinds, pluginName }: PipelineSettings) {
    const of = (pattern: string) => new RegExp(pattern, 'i');
    this.error = of(error);
    this.kinds = FAILURE_KINDS.map((kind) => [kind, kinds[kind].map(of)]);
    this.pluginName = of(pluginName);
  }

  isError(line: string): boolean {
    return this.error.test(line.slice(0, LINE_CHARACTERS));
  }

  /** The most frequent first. `example`: the last of each, as it is. */
  count(said: Said[]): KindCount[] {
    const counts = new Map<FailureKind, KindCount>();
    for (const { text, count } of said) {
      const kind = this.kindOf(text);
      counts.set(kind, { kind, count: (counts.get(kind)?.count ?? 0) + count, example: text });
    }
    return [...counts.values()].sort((a, b) => b.count - a.count);
  }

  /** Plugins that are named where one failed, the most frequent first. Anybody who writes to a log can name one. */
  plugins(lines: string[]): string[] {
    const names = lines
      .filter((line) => this.kindOf(line) === 'plugin')
      .flatMap((line) => this.pluginName.exec(line.slice(0, LINE_CHARACTERS))?.groups?.['plugin'] ?? []);
    return mostFrequent(names);
  }

  private kindOf(text: string): FailureKind {
    const line = text.slice(0, LINE_CHARACTERS);
    return this.kinds.find(([, patterns]) => patterns.some((pattern) => pattern.test(line)))?.[0] ?? 'other';
  }
}

/** `step=openai_analysis reason=rate_limited`: as the labels of a counter are judged. */
export function labelsText({ labels }: Series): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** Of names that may be one: at most `PLUGINS_AT_MOST`. */
export function mostFrequent(names: string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names.filter(isPluginName)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, PLUGINS_AT_MOST)
    .map(([name]) => name);
}
