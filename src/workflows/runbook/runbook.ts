import type { AllowedState, Allowance } from '../../shared/safety/allowance';
import type { Verdict } from '../../shared/observations/readings';
import type { Scene } from './scene';
import type { Step } from './step';
import type { Watched } from './watched';

/** What every diagnosis learns. */
export interface Diagnosed {
  /** What the host's own configuration allows; undefined where it could not be asked. */
  allowed: AllowedState | undefined;
}

/**
 * One page of the document: what well means, how to diagnose, the causes in the document's order, and how to see that it
 * is over. Its functions are called in the order in which they stand here.
 */
export interface Runbook<Diagnosis extends Diagnosed> {
  /** Letter of the page, `A`. */
  page: string;
  title: string;
  /** What it is that is well or not, and how the agent sees that between the passes, for hours. */
  watch: Watched;
  /** Why the page asks for nothing at this time, such as outside of business hours; undefined when it does. */
  notDue?(at: Scene, found: Diagnosis): string | undefined;
  diagnose(at: Scene): Promise<Diagnosis>;
  /** Whether what was diagnosed needs no remedy. Verification has the last word. */
  isWell(found: Diagnosis): boolean;
  /** How the host stood then, in the words of the watch between passes; undefined where that could not be seen. */
  standing(found: Diagnosis): string | undefined;
  /** Keeps the damage from growing while its cause is looked for. Asks for its own permission, as every change does. */
  contain?(found: Diagnosis, at: Scene): Promise<void>;
  causes: Cause<Diagnosis>[];
  /** Observes the thing that the alert was about, for a window. Undefined when it could not be observed. */
  verify(at: Pick<Scene, 'steps' | 'incident'>): Promise<Verdict | undefined>;
  /**
   * In words, what this pass saw well and what is not any more: then the host is diagnosed again, before anything bigger
   * is tried. Asked when the remedies did not help, with the last verification.
   */
  brokeAnew?(found: Diagnosis, verdict: Verdict, at: Scene): Promise<string | undefined>;
  /** Once it is well after a remedy: what is left to look at, to work off, or to take back. */
  after?(found: Diagnosis, at: Scene): Promise<void>;
  /** Looks at what may make its alert fire while all is well, and says it in the page's own words. */
  contradiction(at: Pick<Scene, 'steps'>): Promise<string>;
  /** What the document says when nothing helped. */
  handOver: Step;
}

/** One cause of a page with its evidence and remedy. */
export interface Cause<Diagnosis extends Diagnosed> extends Step {
  /** The remedy in a few words, for people where it may not be applied: `restart KingFisher`. */
  would?: string;
  /** What the host must allow for its remedy: where it does not, the cause is left to people. */
  needs?: Allowance;
  /** Only after the other remedies were tried: where nothing may be changed there is nothing to say of it. */
  isLastResort?: true;
  /** In a few words why this is the cause, or undefined when it is not. May look further. */
  evidence(found: Diagnosis, at: Scene): Promise<string | undefined>;
  /** Its remedy puts a question of its own to people, in every mode. */
  asksItself?: true;
  /** What the document does about it; absent where only people can. */
  remedy?(found: Diagnosis, at: Scene): Promise<void>;
  /** Where this remedy shows its effect otherwise than the page's others do: a lease after minutes, a restart after seconds. */
  verify?: Runbook<Diagnosis>['verify'];
}
