import type { Logger } from 'pino';
import { createHostActivities } from '../activities/host';
import type { HostActivities } from '../activities/host';
import { missingOnHost } from '../activities/host/missing-on-host';
import { selfCheck } from '../activities/host/self-check';
import { missingOnSite } from '../activities/host/site/missing-on-site';
import type { Config } from '../config';
import { errorText } from '../host/errors';
import { createBegunChanges } from '../host/fence/begun-changes';
import { createFence } from '../host/fence/fence';
import { createLedger } from '../host/ledger/ledger';
import { createAgent } from '../temporal/workers';
import type { RoleDeps, RunningRole } from './role';

type AgentSettings = NonNullable<Config['agent']>;

/** One host's activities. What the host lacks is said in the log, and ends nothing. */
export async function startAgent(
  settings: AgentSettings,
  namespace: string,
  { connection, logger }: Pick<RoleDeps, 'connection' | 'logger'>,
): Promise<RunningRole> {
  const activities = createHostActivities(settings, { logger });
  await prepareFence(settings, logger);
  logger.info({ host: settings.host, seen: await selfCheck(activities) }, 'this host, as the agent sees it');
  for (const problem of await missingOnHost(settings, activities)) {
    logger.warn({ problem }, 'the configuration names what this host does not have');
  }
  const worker = await createAgent({ connection, namespace }, settings.host, activities);
  void tellMissing(settings, activities, logger);
  return { worker, stop: () => Promise.resolve() };
}

/** Before it is needed, when the disk may be full. An agent that cannot keep tokens can still look. */
async function prepareFence(settings: AgentSettings, logger: Logger): Promise<void> {
  await createFence(settings)
    .prepare()
    .then(() => createBegunChanges(settings).prepare())
    .then(() => createLedger(settings).prepare())
    .catch((err: unknown) => logger.error({ reason: errorText(err) }, 'this agent can change nothing'));
}

/** Once, and beside the work: some of what is asked answers late. */
async function tellMissing(settings: AgentSettings, activities: HostActivities, logger: Logger): Promise<void> {
  try {
    for (const missing of await missingOnSite({ settings, activities })) {
      logger.warn({ missing }, 'a page goes without what this host lacks');
    }
  } catch (err) {
    // Nobody waits for this: thrown further, it would end the agent.
    logger.warn({ reason: errorText(err) }, 'what this host lacks could not be told');
  }
}
