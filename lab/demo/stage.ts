import type { Client } from '@temporalio/client';
import type { Act } from './act';

/** What a demo plays on: everything is up, nothing is broken yet. */
export interface Stage {
  client: Client;
  acts: Act[];
  /** Addresses worth opening, by name. */
  links: Record<string, string>;
  /** Takes everything down again; harmless when called twice. */
  strike(): Promise<void>;
}

export interface StageOptions {
  /** Temporary folder for configuration, logs and databases. */
  directory: string;
  onProgress: (line: string) => void;
}

/** Collects what must end, and ends it in reverse order, also when something in between fails. */
export class Ending {
  private readonly steps: (() => Promise<void>)[] = [];

  add(step: () => Promise<void>): void {
    this.steps.push(step);
  }

  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      await step().catch((err: unknown) => failures.push(err));
    }
    if (failures.length > 0) throw new AggregateError(failures, `clean-up failed: ${failures.map(String).join('; ')}`);
  }
}
