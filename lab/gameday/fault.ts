import type { FaultHost } from './fault-host';

/** What is killed in a fault that is played with kills. */
export type Role = 'agent' | 'controller';

/** How a fault ends, as people see it. */
export type Ending =
  /** Halcyon mended it, and nobody was called. */
  | 'healed'
  /** Halcyon asked people, who said yes, and mended it. */
  | 'approved'
  /** People were called, for nothing automatic can mend it. */
  | 'escalated'
  /** All is well but its alert: those on duty are told of a fault of monitoring. */
  | 'monitoring'
  /** It was over before anything was changed. */
  | 'byItself';

/** One fault of the catalogue: what a file of lab/faults/ exports as `fault`, whose name is the file's. */
export interface Fault {
  /** What happens, as a sentence. */
  what: string;
  /** Which alert of the shipped rules fires. */
  alert: string;
  inject(host: FaultHost): Promise<unknown>;
  /** The document's bare remedy, done at once by somebody who knows the cause: the floor of the time to heal. */
  remedy?(host: FaultHost): Promise<unknown>;
  /** What a person does in the end; also where Halcyon mends it and leaves something of the fault. */
  mend?(host: FaultHost): Promise<unknown>;
  expects: {
    ending: Ending;
    /** The cause as the page says it, `A.1 KingFisher does not run as it should`, or a finding's name; null for none. */
    cause: string | null;
    /** What is another in `observe`: only a remedy that was tried shows the cause, or only who may act waits. */
    observed?: { ending?: Ending; cause?: string };
    /** Everything that Halcyon changes, by the start of its title in the timeline; nothing else may be changed. */
    changes: string[];
    /** Titles that may be there, and need not. */
    mayChange?: string[];
  };
  /** What of the host is another after it, by the start of its name in a snapshot: `unit kingfisher.service`. */
  touches: string[];
  /** What it changes by itself while it lasts, with nobody's doing: names as in `touches`. A unit that ends is none. */
  itself?: string[];
  /** Kills of agent or controller that it does not stand, with the reason: such as one that is about the agent itself. */
  spares?: Role[];
}
