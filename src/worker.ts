import type { Client } from '@temporalio/client';
import { Command, Option } from 'commander';
import type { Logger } from 'pino';
import { createControlActivities } from './activities/control';
import type { ControlDeps } from './activities/control';
import { keepRecord } from './activities/control/record/keep-record';
import type { KeptRecord } from './activities/control/record/keep-record';
import { createHostActivities } from './activities/host';
import type { HostActivities } from './activities/host';
import { missingOnHost } from './activities/host/missing-on-host';
import { selfCheck } from './activities/host/self-check';
import { missingOnSite } from './activities/host/site/missing-on-site';
import { CONFIG_EXIT_CODE, configPath, loadRolesOrExit, teamOnDuty } from './config';
import type { Config } from './config';
import { errorText } from './host/errors';
import { createBegunChanges } from './host/fence/begun-changes';
import { createFence } from './host/fence/fence';
import { createLedger } from './host/ledger/ledger';
import { announceBuild } from './temporal/announce-build';
import { connectWhenReachable, createClient } from './temporal/connection';
import { createLogger, installRuntime } from './temporal/logging';
import { registerSearchAttributes } from './temporal/search-attributes';
import { createAgent, createController, runWorkers } from './temporal/workers';
import { buildIdOf } from './temporal/workflow-source';

const ROLES = ['controller', 'agent'] as const;
type Role = (typeof ROLES)[number];
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** `worker --role controller|agent`: the process that runs workflows, touches a host, or on a small site both. */
async function main(): Promise<void> {
  const program = new Command('halcyon-worker')
    .description('run workflows (controller) or one host’s activities (agent) until SIGTERM')
    .addOption(new Option('--role <role...>', 'what to run').choices(ROLES).makeOptionMandatory())
    .option('--config <file>', 'configuration file')
    // systemd does not start again what it gave wrong arguments.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : CONFIG_EXIT_CODE))
    .parse();
  const { role: roles, config: path } = program.opts<{ role: Role[]; config?: string }>();

  const config = loadRolesOrExit(roles, { path, env: process.env });
  const logger = createLogger(config.log.level);
  installRuntime(logger);

  const connection = await leavingOnSignal(() => connectWhenReachable(config.temporal, logger));
  const settings = { connection, namespace: config.temporal.namespace };
  const client = createClient(config.temporal);
  const workers = [];
  let record: KeptRecord | undefined;
  if (roles.includes('controller')) {
    await registerSearchAttributes(connection, config.temporal.namespace);
    const buildId = config.controller.versioned ? await buildIdOf() : null;
    record = keepRecord(config.store, client, logger);
    const activities = createControlActivities({ ...controlDeps(config, client, logger), store: record.store });
    workers.push(await createController(settings, activities, { buildId }));
    if (buildId !== null) announceBuild(client, buildId, logger);
  }
  if (roles.includes('agent') && config.agent !== null) {
    const activities = createHostActivities(config.agent, { logger });
    await prepareFence(config.agent, logger);
    logger.info({ host: config.agent.host, seen: await selfCheck(activities) }, 'this host, as the agent sees it');
    for (const problem of await missingOnHost(config.agent, activities)) {
      logger.warn({ problem }, 'the configuration names what this host does not have');
    }
    workers.push(await createAgent(settings, config.agent.host, activities));
    void tellMissing(config.agent, activities, logger);
  }
  const file = configPath({ path, env: process.env });
  logger.info({ roles, temporal: config.temporal.address, config: file }, 'worker running');
  await runWorkers(workers, connection);
  await record?.stop();
  await client.connection.close();
}

/**
 * Ends the process on a signal while `wait` goes on. The SDK's runtime takes the signals and drains workers, and there are
 * none yet: without this, nothing would end.
 */
async function leavingOnSignal<T>(wait: () => Promise<T>): Promise<T> {
  const leave = () => process.exit(0);
  for (const signal of SIGNALS) process.once(signal, leave);
  try {
    return await wait();
  } finally {
    for (const signal of SIGNALS) process.off(signal, leave);
  }
}

/** Before it is needed, when the disk may be full. An agent that cannot keep tokens can still look. */
async function prepareFence(agent: NonNullable<Config['agent']>, logger: Logger): Promise<void> {
  await createFence(agent)
    .prepare()
    .then(() => createBegunChanges(agent).prepare())
    .then(() => createLedger(agent).prepare())
    .catch((err: unknown) => logger.error({ reason: errorText(err) }, 'this agent can change nothing'));
}

/** Once, and beside the work: some of what is asked answers late. */
async function tellMissing(
  settings: NonNullable<Config['agent']>,
  activities: HostActivities,
  logger: Logger,
): Promise<void> {
  try {
    for (const missing of await missingOnSite({ settings, activities })) {
      logger.warn({ missing }, 'a page goes without what this host lacks');
    }
  } catch (err) {
    // Nobody waits for this: thrown further, it would end the agent.
    logger.warn({ reason: errorText(err) }, 'what this host lacks could not be told');
  }
}

function controlDeps(
  { pagers, temporal, escalation }: Config,
  client: Client,
  logger: Logger,
): Omit<ControlDeps, 'store'> {
  const { namespace, uiUrl } = temporal;
  const onDuty = (at: Date) => escalation.teams[teamOnDuty(escalation, at)]!;
  return { client, pagers, uiUrl, namespace, logger, now: () => new Date(), onDuty };
}

void main().catch((err: unknown) => {
  process.stderr.write(`halcyon-worker: ${err instanceof Error ? err.message : String(err)}\n`);
  process.exit(1);
});
