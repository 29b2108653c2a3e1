import type { AlertContext } from './alert-context';
import type { AlertEpisode, ClosedEpisodes } from './episode';
import type { RunLimit } from './run-limit';
import type { RunbookName } from './runbooks';
import type { BusinessHours } from './observations/images/images';
import type { Acknowledged, IncidentPage, Page } from './paging/escalation';
import type { Approval, EarlyAnswer } from './safety/approval';
import type { ChangeMade } from './safety/guard';
import type { LeaseOutcome, SettingValue } from './safety/lease';
import type { Mode, SafetyPolicy } from './safety/safety';
import type { TimelineEntry } from './timeline';

/** How the host stands, for the clock: tiers wait while it is well, and while its page asks for nothing. */
export type HostStanding = 'down' | 'well' | 'notDue';

/**
 * How an incident ended.
 * - `healed`: a change of Halcyon's is what the verification that held followed: its own, or that of `mendedBy`.
 * - `selfHealed`: verification held, and neither Halcyon nor anybody who was called changed anything.
 * - `resolvedByPeople`: people had it, and then verification held.
 * - `degraded`: verification held, and a step of the recovery failed: the findings name it.
 * - `unresolved`: it does not hold; people must look. Everything learned is in the findings.
 * - `planned`: a dry run; nothing was changed.
 */
export type Outcome = 'healed' | 'selfHealed' | 'resolvedByPeople' | 'degraded' | 'unresolved' | 'planned';

export type IncidentState =
  | 'diagnosing'
  | 'remedying'
  | 'verifying'
  | 'waitingForAgent'
  /** Another incident has the host's turn. */
  | 'waitingForTurn'
  /** A question is open. */
  | 'waitingForApproval'
  /** Nothing is left that Halcyon may do: people have it, and it watches. */
  | 'waitingForPeople'
  /** The host is well; it is looked at all the time until Alertmanager agrees. */
  | 'watching'
  /** It is not well, and its page asks for nothing at this time. */
  | 'notDue'
  | 'closed';

/** The state that every incident begins in. */
export const FIRST_STATE: IncidentState = 'diagnosing';

/** Times of one runbook, milliseconds, from `runbooks:` of halcyon.yaml. Travels with the incident so that it is replayable. */
export interface RunbookPolicy {
  /** Health must hold this long to count. */
  stabilityWindowMs: number;
  /** How long one restart may take to become healthy. */
  healthyWithinMs: number;
  /** How long a dependency may take to answer after its restart. */
  dependencyReadyWithinMs: number;
  /** The agent must take work within this time, else it is `AgentUnreachable`. */
  agentWithinMs: number;
  /** How long an agent that is away, or Alertmanager's agreement, is waited for (A.3 of the document: 10 minutes). */
  giveUpAfterMs: number;
  /** A host that is well while its alert goes on firing for longer than this is a fault of monitoring: people are told. */
  agreeWithinMs: number;
  /** A host that was not well must be well for this long before its incident closes; dying within it is a crash loop. */
  steadyForMs: number;
  /** More starts of KingFisher within an hour than this are a crash loop. */
  startsPerHour: number;
  /** Temporary files older than this may go. */
  tempFilesOlderThanMs: number;
  /** What is too much or too long, by the page's own names (`runbooks.<name>.limits`); a duration's end in `Ms`. */
  limits?: Record<string, number>;
  /** When its page asks for anything at all; absent where that is always. */
  businessHours?: BusinessHours;
}

export interface IncidentInput extends RunLimit {
  runbook: RunbookName;
  alertname: string;
  /** Name of the host as in halcyon.yaml, or null when no host could be told (only `unknownAlert`). */
  host: string | null;
  policy: RunbookPolicy;
  /** Why routing chose `unknownAlert`, in words; absent otherwise. */
  routingNote?: string;
  /** Episodes closed by earlier incidents of this id. */
  closedEpisodes: ClosedEpisodes;
  safety: SafetyPolicy;
  /** It began with a firing of an episode that an earlier incident closed: well and no further sign, it ends in silence. */
  revisit?: true;
  /** Only `emergencyRecovery`. */
  recovery?: RecoveryOptions;
  /** Who started it, when a person did. */
  startedBy?: { who: string; reason: string };
  /** What an earlier run of the same incident knew: one that is open for long goes on in new runs. */
  carried?: { view: IncidentView; story: IncidentStory };
}

/** What an incident remembers beside what it shows. Times are epoch milliseconds of the workflow. */
export interface IncidentStory {
  /** A pass of the runbook, a host that is well and watched, or people who have it. */
  phase: 'round' | 'watching' | 'notDue' | 'people';
  /** When passes of the runbook began, those of the last hour. */
  rounds: number[];
  /** Changes that Halcyon made on the host, or may have made. */
  changes: number;
  /** As many it had made when the host was last seen not to be well. */
  changesBefore: number;
  wasNotWell: boolean;
  /** Since when the host has been well; null while it is not. */
  wellSince: number | null;
  /** How the incident would end now; null while the host is not well. */
  mended: Outcome | null;
  /** People know that the alert fires for a host that is well. */
  isContradictionTold: boolean;
  /** The first tier was called before its time. */
  isEscalated: boolean;
  /** People know that nothing automatic is left. */
  isHelpless: boolean;
  /** How the host stands, as the clock heard it last. */
  standing: HostStanding;
  /** While it only looks on: since when, and what its turn was refused for before. Null in a pass. */
  resting: { since: number; isPaused: boolean; isSpent: boolean } | null;
  /** What the last pass was about; null where nobody knows, and after a pass that was only made because it stood otherwise. */
  diagnosed: string | null;
  /** When the last pass ended, epoch milliseconds; null before that. */
  passEndedAt: number | null;
  /** Its alert fired anew since then, as an earlier run of it knew. */
  isCalledAgain: boolean;
  /** The pass that comes, or goes on, is made because it stood otherwise after the one before. */
  isSecondPass: boolean;
  earlyAnswers: EarlyAnswer[];
  /** From 1: how often its alert fired while everyone was told that it is over. */
  firing: number;
  /** When the clock of this firing began, ISO 8601. */
  clockAt: string;
  /** What the clock paged, as it told: where it is lost, the next one knows. */
  pages: Page[];
}

export interface RecoveryOptions {
  /** Observe what would be done, and change nothing. */
  dryRun: boolean;
  /** Leave dependencies alone that answer well by their own protocol. */
  onlyUnhealthy: boolean;
}

/** A named thing the incident learned: `DiskFull`, `DependencyDown`, `AgentUnreachable` … docs/errors.md lists them. */
export interface Finding {
  name: string;
  detail: string;
  /** Place in the document, `A.2`. */
  cite: string;
  at: string;
  /** When it was seen to be so no longer; absent while it holds. */
  withdrawnAt?: string;
}

/** A lease that an incident asked for, and what became of it. */
export interface IncidentLease {
  setting: string;
  value: SettingValue;
  /** Null where nobody looked. */
  previous: SettingValue | null;
  until: string;
  /** `released`: this incident needs it no longer. `undone`: it is as it was before. */
  state: LeaseOutcome['state'] | 'released' | 'undone';
  /** Why it was asked for. */
  reason: string;
  /** It is not given back when this incident closes. */
  outlives?: true;
  /** How it came to its state, in words; empty while it is active. */
  detail: string;
  /** Since when it is in this state. */
  at: string;
}

/** Live state of an incident, by query. */
export interface IncidentView extends AlertContext {
  runbook: RunbookName;
  alertname: string;
  host: string | null;
  /** What is wrong in one line, by the alert's own words. */
  summary?: string;
  /** The alert's link to its runbook page. */
  runbookUrl?: string;
  /** The alert's longer text. */
  description?: string;
  /** Link to the expression in Prometheus. */
  generatorUrl?: string;
  /** The cause that the runbook acts on, or acted on last, with its evidence; null before there is one. */
  cause: { cite: string; title: string; evidence: string } | null;
  /** How far Halcyon may go by itself here; absent where nothing says so. */
  mode?: Mode;
  /** Another incident or a lease changed the host before it became well, and this incident did not. */
  mendedBy?: ChangeMade;
  /** Who started it and why, when a person did. */
  startedBy?: { who: string; reason: string };
  state: IncidentState;
  outcome: Outcome | null;
  severity: string;
  /** The clock's zero: the earliest `startsAt` known. */
  startsAt: string;
  receivedAt: string;
  /** The newest episode of each fingerprint. */
  alerts: AlertEpisode[];
  /** Alerts taken in, repeated ones and those of older episodes too. */
  received: number;
  /** Largest `truncatedAlerts` seen. */
  truncatedAlerts: number;
  findings: Finding[];
  timeline: TimelineEntry[];
  /** Entries left out of the timeline to keep it bounded. */
  timelineDropped: number;
  measures: IncidentMeasures;
  /** Highest tier that was paged, 0 for none. */
  tier: number;
  acknowledged: { as: string; until: string } | null;
  /** Everything that was asked and answered, oldest first. */
  approvals: Approval[];
  /** The newest wish for each setting, oldest first. */
  leases: IncidentLease[];
  /** Everybody who was paged, of all firings, oldest first; absent where nobody was. */
  pages?: IncidentPage[];
  /** Everybody who acknowledged it, oldest first; absent where nobody did. */
  acknowledgements?: Acknowledged[];
  /** When anything of this changed last, by Temporal's clock: of two views of one incident the later is the newer. */
  changedAt?: string;
}

/** Moments of an incident, ISO 8601, null where it did not come to it. */
export interface IncidentMeasures {
  receivedAt: string;
  /** The agent began the first activity on the host. */
  firstActionAt: string | null;
  /** Start of the healthy stretch that held. */
  healthyAt: string | null;
  closedAt: string | null;
}

/** Result of an incident workflow: its last view. */
export type IncidentResult = IncidentView;

/** Memo of an incident: what can be read of it without a controller. */
export interface IncidentMemo {
  /** Of a closed one: read by intake before it starts another. */
  closedEpisodes: ClosedEpisodes;
  /** Who has it; absent or null while nobody does. */
  acknowledged?: { as: string; until: string } | null;
}
