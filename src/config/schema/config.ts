import type { z } from 'zod';
import { isMapping } from '../load/values';
import { agent } from './agent';
import { approvals } from './approvals';
import { escalation } from './escalation/escalation';
import { guard } from './guard';
import { section } from './nouns';
import { pagers } from './escalation/pagers';
import { checkPostIncidentTeam, postIncident } from './escalation/post-incident';
import { runbooks } from './runbooks';
import { reviews } from './maintenance/reviews';
import { checkSchedules, schedules } from './maintenance/schedules';
import { controller, hosts, intake, log, routes, temporal } from './sections';
import { eventsNeedStore, incidentEvents } from './connections/incident-events';
import { rejectKingfishersDatabase, store } from './connections/store';

/** The whole of halcyon.yaml. Every default stands in its section. */
export const config = section({
  temporal: temporal.prefault({}),
  controller: controller.prefault({}),
  intake: intake.prefault({}),
  hosts: hosts.default({}),
  routes: routes.default({
    KingfisherServiceDown: 'serviceDown',
    KingfisherPipelineFailuresHigh: 'pipelineFailures',
    KingfisherSecurityViolationsHigh: 'securityViolations',
    KingfisherAnalysisLatencyHigh: 'analysisLatency',
    KingfisherImageProcessingStalled: 'imageProcessingStalled',
    KingfisherOutboxEventsStuck: 'outboxStuck',
  }),
  runbooks: runbooks.prefault({}),
  escalation: escalation.prefault({}),
  pagers: pagers.prefault({}),
  guard: guard.prefault({}),
  approvals: approvals.prefault({}),
  schedules: schedules.prefault({ weekly: {}, monthly: {} }),
  maintenance: reviews.prefault({}),
  postIncident: postIncident.prefault({}),
  agent: agent.nullable().default(null),
  store: store.prefault({}),
  amqp: incidentEvents,
  log: log.prefault({}),
})
  .superRefine(rejectKingfishersDatabase)
  .superRefine(eventsNeedStore)
  .superRefine(checkSchedules, { when: ({ value }) => isMapping(value) })
  .superRefine(checkPostIncidentTeam, { when: ({ value }) => isMapping(value) });

/** The effective configuration: durations are milliseconds in fields `…Ms`, sizes bytes in fields `…Bytes`. */
export type Config = z.output<typeof config>;
