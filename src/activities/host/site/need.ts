import type { Allowance } from '../../../shared/safety/allowance';
import type { CommandRunner } from '../../../host/programs/commands';
import type { AgentSettings } from '../../../host/agent-settings';
import type { HostActivities } from '..';

/** What a page asks a host for. */
export interface Need {
  what: string;
  /** Places in the document that go without it where it is missing. */
  places: string[];
  /** The key to write, or what else to do. */
  remedy: string;
  /** The word of `agent.allow` without which no page asks for it. */
  allowance?: Allowance;
  /** Why it is missing; undefined where it is there. What it throws is why, too. */
  why: () => Promise<string | undefined>;
}

/** What needs are looked for with. */
export interface Site {
  settings: AgentSettings;
  activities: HostActivities;
  run: CommandRunner;
}

export const NOT_CONFIGURED = 'not configured';

/** Of what is configured or not, and cannot be looked at. */
export function configured(value: unknown): Need['why'] {
  const isThere = value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
  return async () => await Promise.resolve(isThere ? undefined : NOT_CONFIGURED);
}

/** Asked once, whoever wants to know. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
