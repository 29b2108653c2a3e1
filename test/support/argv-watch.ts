import { readFileSync, readdirSync } from 'node:fs';

const EVERY_MS = 20;

/** Looks at the command lines of all processes of this machine, those of lab hosts too, for texts that must not be there. */
export class ArgvWatch {
  /** How many different command lines were seen. */
  readonly seen = new Set<string>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly texts: string[]) {
    this.timer = setInterval(() => this.look(), EVERY_MS);
  }

  /** Command lines with one of the texts, the process's number first. */
  stop(): string[] {
    clearInterval(this.timer);
    return [...this.seen].filter((line) => this.texts.some((text) => line.includes(text)));
  }

  private look(): void {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        this.seen.add(`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`);
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}
