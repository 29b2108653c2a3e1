import type { Approval } from '../../shared/safety/approval';
import type { Fact, PagedTeam, Subject, Urgency } from '../../shared/paging/escalation';
import type { ChangeMade, Pause, TurnRequest } from '../../shared/safety/guard';
import type { Outcome } from '../../shared/incident';
import type { LeaseRequest } from '../../shared/safety/lease';
import type { MaintenanceName } from '../../shared/maintenance';
import type { Recorded } from '../../shared/record';
import type { ReviewActivities } from './review/review';
import type { IncidentReview, PostIncidentInput } from '../../shared/post-incident/checklist';

/**
 * What the controller does outside of workflows: page people, and reach other workflows through Temporal's client. None
 * of it touches a host. Tokens and keys come from the controller's configuration and stand in no input or result.
 */
export interface ControlActivities
  extends
    PagingActivities,
    CoordinationActivities,
    RecordActivities,
    MaintenanceControlActivities,
    PostIncidentActivities,
    ReviewActivities {}

/**
 * What a message says besides the incident's own state, which the activity reads from it when it pages. `urgency`: how
 * loudly PagerDuty calls; `high` where it is absent.
 */
export type PageKind =
  | {
      kind: 'tier';
      tier: number;
      senior: boolean;
      collapsed: boolean;
      reason: string | null;
      urgency?: Urgency;
      /** How the incident's run ended, in words: nothing automatic works on it any more. */
      ended?: string;
    }
  | { kind: 'asked'; approval: Approval; urgency?: Urgency }
  | { kind: 'acknowledged'; as: string; until: string }
  | {
      kind: 'closed';
      outcome: Outcome | 'gone';
      summary: string;
      facts?: Fact[];
      /** Nobody was paged: one line, for the record. */
      isSilent?: boolean;
    }
  /** The alert fires for a host that is well. */
  | { kind: 'monitoring'; urgency: 'low' }
  /** A person tries the way to a team; nothing is wrong. `testOver` closes it again. */
  | { kind: 'test'; by: string; urgency: Urgency }
  | { kind: 'testOver'; by: string }
  | { kind: 'note'; text: string }
  /** What came of routine maintenance, or what it asks. */
  | { kind: 'report'; title: string; facts: Fact[] };

export interface PageInput {
  subject: Subject;
  team: PagedTeam;
  page: PageKind;
  /** Names this page for ever: sent again, it is the same one. */
  key: string;
  /** An earlier activity tried this page already, and may have succeeded without hearing so. */
  repeated?: boolean;
}

export interface SlackPageInput extends PageInput {
  /** Thread of this incident in the team's channel; null for its first message there. */
  threadTs: string | null;
  /** Key of a page of which nobody knows whether it was posted: answer it where it was, else say nothing. */
  ifPosted?: string;
}

export interface PagingActivities {
  /**
   * Posts to the team's channel. An attempt that was not answered is looked for before it is made again. `ts` is empty
   * where `ifPosted` was not posted. `thread`: the message that began the thread it stands in; absent for its own.
   * Errors: `PageNotDelivered` (final), else retryable; a 429 is retried after what it says.
   */
  pageSlack(input: SlackPageInput): Promise<{ channel: string; ts: string; thread?: string }>;
  /** Triggers (`tier`, `asked`, `monitoring`, `test`, `note`), acknowledges or resolves by `dedup_key`; other kinds say nothing here. Errors as above. */
  pagePagerduty(input: PageInput): Promise<{ dedupKey: string }>;
}

export interface CoordinationActivities {
  /** Starts the host's guard if there is none, and asks it. Asking again is harmless. */
  requestTurn(input: { host: string; request: TurnRequest }): Promise<void>;
  /** Whether what began with this run is still open, in whatever run, and how it ended. */
  observeRun(input: { workflowId: string; runId: string }): Promise<{ open: boolean; status: string }>;
  /** The clock of an incident: whether it is open, and with which run its incident began; null where it does not say. */
  observeClock(input: { workflowId: string }): Promise<{ isOpen: boolean; firing: string | null }>;
  /** Ends a clock that does not end by itself and is in the way of the next. One that is not there is no error. */
  endClock(input: { workflowId: string; reason: string }): Promise<void>;
  /** Starts the workflow `closing`, which tells everyone that an incident is over. One that was started already goes on. */
  startClosing(input: { workflowId: string; input: object }): Promise<void>;
  /** Reminds those on duty that changes on a host are paused, by whom, why and until when. Said twice, it is said twice. */
  remindPause(input: { host: string; pause: Pause }): Promise<void>;
  /** What was changed on a host lately, and by whom, as its guard knows; nothing where there is no guard, or one of an older build. */
  observeChanges(input: { host: string }): Promise<ChangeMade[]>;
  /** Starts the lease if there is none, and asks for it. Asking again is harmless. Returns its workflow id. */
  requestLease(input: LeaseRequest): Promise<{ workflowId: string }>;
}

export interface RecordActivities {
  /** Writes down what is known of a run. Writing again, or late, is harmless. Fails while the store is away. */
  writeRecord(run: Recorded): Promise<void>;
}

export interface MaintenanceMessage {
  name: MaintenanceName;
  host: string;
  /** The run that tells it. */
  workflowId: string;
  runId: string;
  startsAt: string;
  title: string;
  facts: Fact[];
  /** Null for those on duty. */
  team: PagedTeam | null;
  /** Names this message for ever: sent again, it is the same one. */
  key: string;
}

export interface MaintenanceControlActivities {
  /** Workflow ids of the incidents that are open on a host, the first few. */
  observeOpenIncidents(input: { host: string }): Promise<string[]>;
  /** A message in the team's channel. Errors as those of a page. */
  tellMaintenance(input: MaintenanceMessage): Promise<void>;
  /** Says to whoever watches that this kind of maintenance ran: `pagers.pings`. */
  pingDeadMan(input: { name: MaintenanceName }): Promise<'sent' | 'notConfigured'>;
}

/** Tells a team what is left for it to do. */
export type FollowUpMessage = Omit<MaintenanceMessage, 'name' | 'host'> & { host: string | null };

export interface PostIncidentActivities {
  /** What is known of an incident that is over, by its view, and how often its cause came back. Fails while it cannot be read. */
  reviewIncident(input: Pick<PostIncidentInput, 'incident' | 'rules' | 'team'>): Promise<IncidentReview>;
  /** A message in the team's channel. Errors as those of a page. */
  tellPeople(input: FollowUpMessage): Promise<void>;
}
