import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Alert } from '../shared/alert';
import type { Approval, ApprovalAnswer, ApprovalReply } from '../shared/safety/approval';
import type {
  Acknowledgement,
  EscalationEvent,
  EscalationNote,
  EscalationPlan,
  EscalationView,
  Fact,
  StandingNote,
} from '../shared/paging/escalation';
import type {
  ChangeNote,
  GuardView,
  PauseRequest,
  ResumeRequest,
  TurnAnswer,
  TurnRelease,
  TurnRequest,
} from '../shared/safety/guard';
import type { IncidentView } from '../shared/incident';
import type { LeaseExtension, LeaseNews, LeaseRelease, LeaseRequest, LeaseView } from '../shared/safety/lease';

/**
 * Every signal, query and update. Signals are what workflows and intake say; updates are what people say: they answer,
 * and refuse what cannot be. What people may have to say while no controller runs is a signal of the same name, too:
 * Temporal keeps a signal, in order, and may forget an update that nobody took. Each takes one plain JSON object, so
 * Temporal UI's own buttons can send it.
 */

/** Who says that an incident is over, and why. */
export interface Closing {
  as: string;
  reason: string;
}

// To an incident.

/** Alerts of this incident that fired or resolved; one, or a list. Sent by intake, with or without a start. */
export const alertSignal = defineSignal<[Alert | Alert[]]>('alert');
/** What the guard says. */
export const turnSignal = defineSignal<[TurnAnswer]>('turn');
/** What the escalation did. */
export const escalatedSignal = defineSignal<[EscalationEvent]>('escalated');
/** What became of a lease that it asked for. */
export const leaseChangedSignal = defineSignal<[LeaseNews]>('leaseChanged');
/** The incident as it stands. */
export const timelineQuery = defineQuery<IncidentView>('timeline');
/** A person has it: holds further tiers. Returns until when. */
export const acknowledgeUpdate = defineUpdate<{ until: string }, [Acknowledgement]>('acknowledge');
export const approveUpdate = defineUpdate<ApprovalReply, [ApprovalAnswer]>('approve');
export const rejectUpdate = defineUpdate<ApprovalReply, [ApprovalAnswer]>('reject');
/** A person says that it is over; Halcyon looks once more and writes down what it sees. */
export const closeUpdate = defineUpdate<void, [Closing]>('close');
/** Without a controller. An answer needs its hash here; what cannot be taken is a line of the timeline. */
export const approveSignal = defineSignal<[ApprovalAnswer]>('approve');
export const rejectSignal = defineSignal<[ApprovalAnswer]>('reject');
export const closeSignal = defineSignal<[Closing]>('close');

// To every workflow that goes on for long.

/** Another build of the controller may be the one to run it: a workflow that can goes on under that one. */
export const moveOnSignal = defineSignal('moveOn');

// To an escalation.

/** The first tier is due now: automation cannot help, and says why. */
export const escalateNowSignal = defineSignal<[{ reason: string }]>('escalateNow');
/** Nothing automatic is left, and why. Its plan says whether the first tier is due now. */
export const helplessSignal = defineSignal<[{ reason: string }]>('helpless');
/** The alert became worse: its route calls more people, or sooner. */
export const routedSignal = defineSignal<[{ severity: string; plan: EscalationPlan }]>('routed');
export const acknowledgedSignal = defineSignal<[{ as: string; until: string }]>('acknowledged');
/** The incident asks people something. Where helplessness rings, so does this. */
export const askedSignal = defineSignal<[Approval]>('asked');
/** Something that those who were paged or asked want to hear. */
export const noteSignal = defineSignal<[EscalationNote]>('note');
export const standingSignal = defineSignal<[StandingNote]>('standing');
export const closedSignal =
  defineSignal<[{ outcome: NonNullable<IncidentView['outcome']>; summary: string; facts?: Fact[] }]>('closed');
export const escalationQuery = defineQuery<EscalationView>('escalation');

// To a guard.

export const requestTurnSignal = defineSignal<[TurnRequest]>('requestTurn');
export const releaseTurnSignal = defineSignal<[TurnRelease]>('releaseTurn');
export const noteChangeSignal = defineSignal<[ChangeNote]>('noteChange');
export const pauseUpdate = defineUpdate<{ until: string }, [PauseRequest]>('pause');
export const resumeUpdate = defineUpdate<void, [ResumeRequest]>('resume');
/** The same in order, whether or not a controller runs; what cannot be taken stands in the guard's log. */
export const pauseSignal = defineSignal<[PauseRequest]>('pause');
export const resumeSignal = defineSignal<[ResumeRequest]>('resume');
export const guardQuery = defineQuery<GuardView>('guard');

// To a lease.

/** Wanted by somebody: renews an open lease, never doubles it. */
export const requestLeaseSignal = defineSignal<[LeaseRequest]>('requestLease');
/** An owner needs it no longer; without an owner, a person ends it for all. */
export const releaseLeaseUpdate = defineUpdate<LeaseView, [LeaseRelease]>('release');
/** The same from a workflow, which can send no update. */
export const releaseLeaseSignal = defineSignal<[LeaseRelease]>('releaseLease');
export const extendLeaseUpdate = defineUpdate<LeaseView, [LeaseExtension]>('extend');
export const leaseQuery = defineQuery<LeaseView>('lease');
