import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Alert } from '../shared/alert';
import type { Approval, ApprovalAnswer, ApprovalReply } from '../shared/approval';
import type { Acknowledgement, EscalationEvent, EscalationView, Fact, StandingNote } from '../shared/escalation';
import type { ChangeNote, GuardView, PauseRequest, TurnAnswer, TurnRelease, TurnRequest } from '../shared/guard';
import type { IncidentView } from '../shared/incident';
import type { LeaseExtension, LeaseRelease, LeaseRequest, LeaseView } from '../shared/lease';

/**
 * Every signal, query and update. Signals are what workflows and intake say; updates are what people say: they answer,
 * and refuse what cannot be. Each takes one plain JSON object, so Temporal UI's own buttons can send it.
 */

// To an incident.

/** Alerts of this incident that fired or resolved; one, or a list. Sent by intake, with or without a start. */
export const alertSignal = defineSignal<[Alert | Alert[]]>('alert');
/** What the guard says. */
export const turnSignal = defineSignal<[TurnAnswer]>('turn');
/** What the escalation did. */
export const escalatedSignal = defineSignal<[EscalationEvent]>('escalated');
/** The incident as it stands. */
export const timelineQuery = defineQuery<IncidentView>('timeline');
/** A person has it: holds further tiers. Returns until when. */
export const acknowledgeUpdate = defineUpdate<{ until: string }, [Acknowledgement]>('acknowledge');
export const approveUpdate = defineUpdate<ApprovalReply, [ApprovalAnswer]>('approve');
export const rejectUpdate = defineUpdate<ApprovalReply, [ApprovalAnswer]>('reject');
/** A person says that it is over; Halcyon looks once more and writes down what it sees. */
export const closeUpdate = defineUpdate<void, [{ as: string; reason: string }]>('close');

// To an escalation.

/** The first tier is due now: automation cannot help, and says why. */
export const escalateNowSignal = defineSignal<[{ reason: string }]>('escalateNow');
export const acknowledgedSignal = defineSignal<[{ as: string; until: string }]>('acknowledged');
/** The incident asks people something; goes to those on duty without being a tier. */
export const askedSignal = defineSignal<[Approval]>('asked');
/** Something that those who were paged or asked want to hear: goes to their threads. */
export const noteSignal = defineSignal<[{ text: string }]>('note');
export const standingSignal = defineSignal<[StandingNote]>('standing');
export const closedSignal =
  defineSignal<[{ outcome: NonNullable<IncidentView['outcome']>; summary: string; facts?: Fact[] }]>('closed');
export const escalationQuery = defineQuery<EscalationView>('escalation');

// To a guard.

export const requestTurnSignal = defineSignal<[TurnRequest]>('requestTurn');
export const releaseTurnSignal = defineSignal<[TurnRelease]>('releaseTurn');
export const noteChangeSignal = defineSignal<[ChangeNote]>('noteChange');
export const pauseUpdate = defineUpdate<{ until: string }, [PauseRequest]>('pause');
export const resumeUpdate = defineUpdate<void, [{ by: string; reason?: string }]>('resume');
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
