/** The workflows that the controller runs. Names are the registered workflow types: renaming one breaks open runs. */
export { closing } from './escalation/closing';
export { escalation } from './escalation/escalation';
export { guard } from './guard/guard';
export { lease } from './lease/lease';
export { scheduledMaintenance } from './maintenance/scheduled';
export { weeklyMaintenance } from './maintenance/weekly';
export { analysisLatency } from './runbooks/analysis-latency';
export { emergencyRecovery } from './runbooks/emergency-recovery';
export { outboxStuck } from './runbooks/outbox-stuck';
export { imageProcessingStalled } from './runbooks/image-processing-stalled';
export { securityViolations } from './runbooks/security-violations';
export { pipelineFailures } from './runbooks/pipeline-failures';
export { serviceDown } from './runbooks/service-down';
export { record } from './record/record';
export { unknownAlert } from './runbooks/unknown-alert';
export { testPage } from './escalation/pages/test-page';
export { askHost } from './topics/ask-host';
