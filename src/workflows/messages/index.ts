/**
 * Every signal, query and update. Signals are what workflows and intake say; updates are what people say: they answer,
 * and refuse what cannot be. What people may have to say while no controller runs is a signal of the same name, too:
 * Temporal keeps a signal, in order, and may forget an update that nobody took.
 */
export { moveOnSignal, turnSignal } from './common';
export {
  acknowledgeUpdate,
  alertSignal,
  approveSignal,
  approveUpdate,
  closeSignal,
  closeUpdate,
  escalatedSignal,
  leaseChangedSignal,
  rejectSignal,
  rejectUpdate,
  timelineQuery,
} from './incident';
export {
  acknowledgedSignal,
  askedSignal,
  closedSignal,
  escalateNowSignal,
  escalationQuery,
  helplessSignal,
  noteSignal,
  routedSignal,
  standingSignal,
} from './escalation';
export {
  guardQuery,
  noteChangeSignal,
  pauseSignal,
  pauseUpdate,
  releaseTurnSignal,
  requestTurnSignal,
  resumeSignal,
  resumeUpdate,
} from './guard';
export {
  abandonLeaseUpdate,
  extendLeaseUpdate,
  leaseQuery,
  releaseLeaseSignal,
  releaseLeaseUpdate,
  requestLeaseSignal,
} from './lease';
export {
  assignItemSignal,
  assignItemUpdate,
  checklistQuery,
  finishItemSignal,
  finishItemUpdate,
  followUpQuery,
  skipItemSignal,
  skipItemUpdate,
} from './checklist';
export { maintenanceQuery } from './maintenance';
