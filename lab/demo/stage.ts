import type { Client } from '@temporalio/client';
import { ALERT } from './act';
import type { Act } from './act';

/** For `--act`: what can be played on which stage, in the order in which all are. */
export const ACTS = { lab: ['killed', 'dependencies', 'recovery', 'attack'], process: ['crash', 'hang'] } as const;
export type ActKey = (typeof ACTS)[keyof typeof ACTS][number];

/** What a demo plays on: everything is up, nothing is broken yet. */
export interface Stage {
  client: Client;
  acts: Act[];
  /** Addresses worth opening, by name. */
  links: Record<string, string>;
  /** The halcyon.yaml that everything runs with. */
  configFile: string;
  /** Commands worth trying while everything stays up; `halcyon` is the command line. */
  tries: string[];
  /** Takes everything down again; harmless when called twice. */
  strike(): Promise<void>;
}

export interface StageOptions {
  /** Temporary folder for configuration, logs and databases. */
  directory: string;
  onProgress: (line: string) => void;
}

/** What can be looked at and done on every stage. */
export function worthTrying(host: string): string[] {
  return [
    'halcyon incident list',
    `halcyon incident show incident/${ALERT}/${host}`,
    `halcyon guard show --host ${host}`,
    `halcyon pause --host ${host} --for 5m --reason "looking around"`,
  ];
}
