import type { ApprovalPolicy } from './approval';
import type { EscalationPolicy } from '../paging/escalation';
import type { GuardPolicy } from './guard';

/** How far a runbook may go by itself: only diagnose and page, ask before every change, or change. */
export type Mode = (typeof MODES)[number];

export const MODES = ['observe', 'approve', 'auto'] as const;

/**
 * What keeps an incident safe. Comes with its input, so that it is replayable and a change counts for later incidents.
 */
export interface SafetyPolicy {
  mode: Mode;
  escalation: EscalationPolicy;
  guard: GuardPolicy;
  approvals: ApprovalPolicy;
}
