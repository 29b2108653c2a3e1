import type { Finding } from '../../../shared/incident';
import { clip } from './clip';

const MAX_FINDINGS = 50;

/** The named things that an incident learned: at most 50, each once per name and detail. */
export class Findings {
  constructor(
    /** Kept by the incident's view. */
    private readonly shown: Finding[],
    /** ISO 8601. */
    private readonly now: () => string,
    private readonly onChange: () => void,
  ) {}

  /** One that was withdrawn holds again. */
  add(name: string, cite: string, text: string): void {
    const detail = clip(text);
    const known = this.shown.find((finding) => finding.name === name && finding.detail === detail);
    if (known === undefined) {
      if (this.shown.length >= MAX_FINDINGS) return;
      this.shown.push({ name, cite, detail, at: this.now() });
    } else if (known.withdrawnAt === undefined) return;
    else delete known.withdrawnAt;
    this.onChange();
  }

  /** What is seen to be so no longer. */
  withdraw(isOver: (finding: Finding) => boolean): void {
    const over = this.shown.filter((finding) => finding.withdrawnAt === undefined && isOver(finding));
    for (const finding of over) finding.withdrawnAt = this.now();
    if (over.length > 0) this.onChange();
  }

  /** Whether it holds: found, and not withdrawn. */
  holds(name: string): boolean {
    return this.shown.some((finding) => finding.name === name && finding.withdrawnAt === undefined);
  }
}
