import type { DutyStretch } from './duty';
import type { Outcome } from '../incident';

/** Who is paged when, and what became of it. Times are ISO 8601 in UTC, by Temporal's clock; no secret is in here. */

/** A team that can be paged. The keys of PagerDuty and Slack stay with the controller. */
export interface PagedTeam {
  name: string;
  slackChannel: string | null;
  pagerdutyService: string | null;
}

/** `notify`: `onDuty`, `other` (than tier 1's team) or a team key. */
export interface Tier {
  /** Counted from the clock's zero. */
  afterMs: number;
  notify: string;
  senior?: boolean;
}

/** Whether a page may wake somebody: PagerDuty rings loudly for `high`, and need not for `low`. */
export type Urgency = 'high' | 'low';

/** Who hears of an alert: the tiers, one line in the channel of the team on duty, or nobody. */
export type Reach = 'tiers' | 'channelOnly' | 'none';

/** When the first tier is due once nothing automatic is left. `auto`: `now` for critical alerts, else `onTime`. */
export type OnHelpless = 'auto' | 'now' | 'onTime';

/** One of `escalation.routes`: what is different for the alerts that it matches. */
export interface EscalationRoute {
  /** All that are given must match, by any of their values; `*` stands for any text. */
  match: { severity?: string[] | undefined; team?: string[] | undefined; alertname?: string[] | undefined };
  notify: Reach;
  /** In place of the matrix; null for the matrix. */
  tiers: Tier[] | null;
  urgency: Urgency;
  /** Known to be broken: nobody hears of it before this date or time (UTC). Null for an ordinary route. */
  quietUntil: string | null;
  /** Why it is quiet. */
  reason: string | null;
}

/** What every plan has, whatever the alert is. */
interface Paging {
  teams: Record<string, PagedTeam>;
  duty: DutyStretch[];
  /** Ascending. */
  tiers: Tier[];
  /** How long an acknowledgement holds further tiers when it does not say. */
  holdMs: number;
  /** A tier that is overdue when the clock starts waits this long: automation goes first. */
  lateGraceMs: number;
  /** Overdue tiers follow one another at least this far apart. */
  lateSpacingMs: number;
}

/** `escalation:` of halcyon.yaml for one runbook: travels with the incident, so a change counts for later ones. */
export interface EscalationPolicy extends Paging {
  onHelpless: OnHelpless;
  /** The first that matches wins. */
  routes: EscalationRoute[];
}

/** Who is paged when about one incident: the policy, once the alert has chosen its route. */
export interface EscalationPlan extends Paging {
  notify: Reach;
  urgency: Urgency;
  onHelpless: 'now' | 'onTime';
  /** Nobody hears of it before this time; null when it is not quiet. */
  quiet: { until: string; reason: string } | null;
}

/** One thing that a page says: a name, and what is so, in one line or several. */
export interface Fact {
  name: string;
  lines: string[];
  /** To paste into a shell of the host. */
  commands?: string[];
}

/** What is paged about. */
export interface Subject {
  /** Workflow id and run of the incident, or of the lease or guard that pages. */
  workflowId: string;
  runId: string;
  /** From 1: an alert that fires anew while everyone is told its end goes on in the same run, and people are called anew. */
  firing: number;
  runbook: string;
  alertname: string;
  host: string | null;
  severity: string;
  /** The clock's zero: never later than the clock's own start. */
  startsAt: string;
  /** What is wrong, in one line. */
  summary: string;
  /** The alert's own link to its runbook page, where it has one. */
  runbookUrl?: string;
}

export interface EscalationInput {
  subject: Subject;
  plan: EscalationPlan;
  /** Another clock of this incident may have paged before this one: it was ended from outside. */
  restored?: RestoredClock;
}

/** What an incident heard of its clock. */
export interface RestoredClock {
  pages: Page[];
  acknowledged: { as: string; until: string } | null;
  /** When the first clock of this firing began: automation has its grace once. */
  begunAt: string;
}

/** What people are called for: one firing of one incident. Part of every key, so that nothing of another is taken for its own. */
export function firingKey({ runId, firing }: Pick<Subject, 'runId' | 'firing'>): string {
  return `${runId}/${firing}`;
}

/**
 * From an incident to its escalation, by signal `standing`: how the host stands. `contradicted`: it is well and the alert
 * goes on firing, which is told and rings nobody.
 */
export interface StandingNote {
  host: 'down' | 'well' | 'notDue' | 'contradicted';
  text: string;
}

/**
 * From an incident to its escalation, by signal `note`: goes to the threads of those who were paged or asked.
 * `endsQuestion`: what a page asks is over, so PagerDuty, which shows that page too, is told as well.
 */
export interface EscalationNote {
  text: string;
  endsQuestion?: true;
  /** Key of a team that is told as well, whatever the tiers say: it is told once, hears what follows, and is not called. */
  team?: string;
}

/** A person has it. `for` is a duration such as `30m`. */
export interface Acknowledgement {
  as: string;
  for?: string;
}

export type PageChannel = 'slack' | 'pagerduty';

/** For people. */
export const CHANNEL_NAMES: Record<PageChannel, string> = { slack: 'Slack', pagerduty: 'PagerDuty' };

/** One page of one tier to one team over one channel. */
export interface Page {
  at: string;
  /** From 1. */
  tier: number;
  team: string;
  teamName: string;
  channel: PageChannel;
  delivered: boolean;
  /** Why it was not delivered, or where it went. */
  detail: string;
  /** It was due earlier and was caught up with. */
  collapsed: boolean;
}

/** One that an incident heard of. `firing`: for which of its firings, from 1. */
export type IncidentPage = Page & { firing: number };

/** Who had an incident, from when on. `endedAt`: when that lapsed; absent where it did not, or somebody else took it. */
export interface Acknowledged {
  as: string;
  at: string;
  until: string;
  endedAt?: string;
}

/** From an escalation to its incident, by signal `escalated`. */
export type EscalationEvent = EscalationNews & {
  /** By `firingKey`: a later run of the same id, and a later firing, have clocks of their own. */
  firing: string;
};

export type EscalationNews =
  | { kind: 'paged'; tier: number; teamName: string; pages: Page[] }
  | { kind: 'acknowledged'; as: string; until: string }
  | { kind: 'lapsed'; as: string }
  /** Somebody asked Temporal to cancel the clock, which goes on. */
  | { kind: 'notCancelled' };

/** The escalation as it stands, by query `escalation`. */
export interface EscalationView {
  subject: Subject;
  /** What the alert's route makes different, in words; empty where the matrix is as it stands. */
  route: string;
  pages: Page[];
  acknowledged: { as: string; at: string; until: string } | null;
  /** Since when the clock stands still because the host is well: nobody is called for it. */
  stillSince: string | null;
  /** When the next tier is due, and who it is; null when none is left, or the clock stands still. */
  next: { tier: number; at: string; notify: string } | null;
  /** What was sent to it and could not be taken, with when and why; the first few. */
  notTaken: string[];
  closed: Outcome | 'gone' | null;
}
