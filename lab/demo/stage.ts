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
