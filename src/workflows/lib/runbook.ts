import type { AllowedState, Allowance } from '../../shared/allowance';
import type { HealthState, HealthVerdict } from '../../shared/observations';
import type { HostSteps } from './host-steps';
import type { Incident } from './incident';
import type { Safety } from './safety';
import type { Step } from './step';

/** What every diagnosis learns. */
export interface Diagnosed {
  health: HealthState | undefined;
  /** What the host's own configuration allows; undefined where it could not be asked. */
  allowed: AllowedState | undefined;
}

/** One page of the document: how to diagnose, the causes in the document's order, and how to see that it is over. */
export interface Runbook<Diagnosis extends Diagnosed> {
  /** Letter of the page, `A`. */
  page: string;
  title: string;
  diagnose(steps: HostSteps, incident: Incident): Promise<Diagnosis>;
  causes: Cause<Diagnosis>[];
  /** Whether what was diagnosed needs no remedy. @default `/health` and `/ready` answer well */
  looksWell?(found: Diagnosis): boolean;
  /** Observes the thing that the alert was about, for the stability window. */
  verify(steps: HostSteps, incident: Incident): Promise<HealthVerdict | undefined>;
  /**
   * In words, what this pass saw well and what is not any more: then the host is diagnosed again, before anything bigger
   * is tried. Asked when the remedies did not help, with the last verification.
   */
  brokeAnew?(
    found: Diagnosis,
    verdict: HealthVerdict,
    steps: HostSteps,
    incident: Incident,
  ): Promise<string | undefined>;
  /** Looks at what may make its alert fire while all is well, and says it in the page's own words. */
  contradiction(steps: HostSteps): Promise<string>;
  /** What the document says when nothing helped. */
  handOver: Step;
}

/** One cause of a page with its evidence and remedy. */
export interface Cause<Diagnosis> extends Step {
  /** The remedy in a few words, for people where it may not be applied: `restart KingFisher`. */
  would?: string;
  /** What the host must allow for its remedy: where it does not, the cause is left to people. */
  needs?: Allowance;
  /** Only after the other remedies were tried: where nothing may be changed there is nothing to say of it. */
  isLastResort?: true;
  /** In a few words why this is the cause, or undefined when it is not. May look further. */
  evidence(found: Diagnosis, steps: HostSteps, incident: Incident, safety: Safety): Promise<string | undefined>;
  /** Its remedy puts a question of its own to people, in every mode. */
  asksItself?: true;
  /** What the document does about it; absent where only people can. */
  remedy?(found: Diagnosis, steps: HostSteps, incident: Incident, safety: Safety): Promise<void>;
}
