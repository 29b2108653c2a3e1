import type { Outcome } from '../../shared/incident';
import type { Incident } from './incident';
import type { Watched } from '../runbook/watched';
import type { Safety } from '../safety/safety';

/**
 * What one pass of a runbook came to.
 * - `well`: verification holds. Who mended it stands in the incident.
 * - `again`: what was done helped, and did not last: that is no reason for anything bigger.
 * - `helpless`: it is not well, and automation has nothing left to try now. `diagnosed`: how it stood when the pass looked.
 * - `notDue`: it is not well, and its page asks for nothing at this time.
 * - `over`: there is nothing to wait for.
 */
export type RoundResult =
  | { kind: 'well' }
  | { kind: 'again' }
  | { kind: 'helpless'; why: string; diagnosed?: string | undefined }
  | { kind: 'notDue'; why: string }
  | { kind: 'over'; outcome: Outcome };

/** What is particular to one runbook. */
export interface IncidentBody {
  /** Letter of the page, `A`. */
  page: string;
  /** One pass: diagnoses, and mends what it can. */
  round(incident: Incident, safety: Safety): Promise<RoundResult>;
  /** What is looked at between passes; null where there is nothing to look at. */
  watch: WatchedBody | null;
}

export interface WatchedBody extends Watched {
  /** Whether a host that breaks anew, or in a new way, is worth another pass by itself. */
  repeats: boolean;
  /** What else there is to say of an alert that fires for a host that is well. */
  contradiction(incident: Incident): Promise<string>;
  /** One look that takes no longer than a verification. */
  isWell(incident: Incident): Promise<boolean>;
}
