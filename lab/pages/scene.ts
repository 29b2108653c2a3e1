import type { PageStage } from './stage';

/** A scripted ending of an incident. */
export interface Scene {
  /** One word for each part, in kebab case. */
  name: string;
  /** What really happens: the reader of the pages does not know it. */
  story: string;
  /** No agent answers on the host at the beginning. */
  agentIsAway?: true;
  /** Returns how it ended. */
  play(stage: PageStage): Promise<string>;
}
