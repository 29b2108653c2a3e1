import type { Alert } from '../../shared/alert';
import type { IncidentView } from '../../shared/incident';
import type { Acknowledgement, EscalationEvent } from '../../shared/paging/escalation';
import type { ApprovalAnswer, ApprovalReply } from '../../shared/safety/approval';
import type { LeaseNews } from '../../shared/safety/lease';
import { acknowledgement, approvalAnswer, closing } from '../../shared/shape/people';
import type { Closing } from '../../shared/shape/people';
import { alerts } from './shapes/alert';
import { escalationEvent } from './shapes/escalation';
import { leaseNews } from './shapes/lease';
import { BY_HALCYON, KEPT, query, signal, update } from './define';

/** Alerts of this incident that fired or resolved; one, or a list. Sent by intake, with or without a start. */
export const alertSignal = signal<Alert | Alert[]>(
  'alert',
  alerts,
  `${BY_HALCYON} Intake tells what Alertmanager says: the alert fires, or is resolved.`,
);
/** What the escalation did. */
export const escalatedSignal = signal<EscalationEvent>(
  'escalated',
  escalationEvent,
  `${BY_HALCYON} The escalation tells whom it paged and who has it.`,
);
/** What became of a lease that it asked for. */
export const leaseChangedSignal = signal<LeaseNews>(
  'leaseChanged',
  leaseNews,
  `${BY_HALCYON} A lease tells what became of a change that this incident asked for.`,
);
/** The incident as it stands. */
export const timelineQuery = query<IncidentView>(
  'timeline',
  'The whole incident as JSON: state, findings, what was seen and changed, open questions.',
);
/** A person has it: holds further tiers. Returns until when. */
export const acknowledgeUpdate = update<{ until: string }, Acknowledgement>(
  'acknowledge',
  acknowledgement,
  'You have it: nobody else is paged for a while. Send {"as": "your name", "for": "30m"}; without "for", as long as the configuration says. As a command: halcyon ack.',
);
export const approveUpdate = update<ApprovalReply, ApprovalAnswer>(
  'approve',
  approvalAnswer,
  'Say yes to what the incident asks. Send {"as": "your name", "hash": "…"} with the hash of the question. As a command: halcyon approve.',
);
export const rejectUpdate = update<ApprovalReply, ApprovalAnswer>(
  'reject',
  approvalAnswer,
  'Say no to what the incident asks. Send {"as": "your name", "hash": "…"} with the hash of the question. As a command: halcyon reject.',
);
/** A person says that it is over; Halcyon looks once more and writes down what it sees. */
export const closeUpdate = update<void, Closing>(
  'close',
  closing,
  'Say that the incident is over: Halcyon looks at the host once more and ends it. Send {"as": "your name", "reason": "why"}. As a command: halcyon incident close.',
);
/** Without a controller. An answer needs its hash here; what cannot be taken is a line of the timeline. */
export const approveSignal = signal<ApprovalAnswer>('approve', approvalAnswer, `${KEPT} It needs the hash.`);
export const rejectSignal = signal<ApprovalAnswer>('reject', approvalAnswer, `${KEPT} It needs the hash.`);
export const closeSignal = signal<Closing>('close', closing, KEPT);
