import { createControlActivities } from '../activities/control';
import type { ControlDeps } from '../activities/control';
import { publishEvents } from '../activities/control/events/publish-events';
import { keepStarting } from '../activities/control/post-incident/keep-starting';
import { keepRecord } from '../activities/control/record/keep-record';
import { limitsOf, postIncidentPolicy, teamOnDuty } from '../config';
import type { Config } from '../config';
import { announceBuild } from '../temporal/announce-build';
import { registerSearchAttributes } from '../temporal/search-attributes';
import { createController } from '../temporal/workers';
import { buildIdOf } from '../temporal/workflow-source';
import type { RoleDeps, RunningRole } from './role';

/** All workflows, what they need outside, and what is kept and told of incidents beside Temporal. */
export async function startController(config: Config, deps: RoleDeps): Promise<RunningRole> {
  const { connection, client, logger } = deps;
  const { temporal, controller, store, amqp } = config;
  await registerSearchAttributes(connection, temporal.namespace);
  const buildId = controller.versioned ? await buildIdOf() : null;
  const record = keepRecord({ ...store, hasEvents: amqp !== null }, client, logger);
  const events = amqp === null || record.store === null ? null : publishEvents(amqp, record.store, { log: logger });
  const stopStarting = keepStarting(postIncidentPolicy(config), client, logger);
  const activities = createControlActivities({ ...controlDeps(config, deps), store: record.store });
  const worker = await createController({ connection, namespace: temporal.namespace }, activities, { buildId });
  if (buildId !== null) announceBuild(client, buildId, logger);
  const stop = async () => {
    await Promise.all([events?.stop(), stopStarting()]);
    // Last, as events are read from it.
    await record.stop();
  };
  return { worker, stop };
}

function controlDeps(config: Config, { client, logger }: RoleDeps): Omit<ControlDeps, 'store'> {
  const { pagers, temporal, escalation, maintenance } = config;
  const { namespace, uiUrl } = temporal;
  const onDuty = (at: Date) => escalation.teams[teamOnDuty(escalation, at)]!;
  return {
    client,
    pagers,
    uiUrl,
    namespace,
    logger,
    maintenance,
    now: () => new Date(),
    onDuty,
    limits: (runbook) => limitsOf(config, runbook),
  };
}
