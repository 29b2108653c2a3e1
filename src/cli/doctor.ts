import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { ConfigError, configWarnings, loadConfigFor } from '../config';
import type { Config } from '../config';
import { CONTROLLER_TASK_QUEUE, hostTaskQueue } from '../shared/task-queues';
import { builds } from '../temporal/deployment';
import type { WorkflowSource } from '../temporal/workflow-source';
import { doctorReplay } from './doctor-replay';
import { recordCheckups } from './doctor-record';
import { withClient } from './support/connect';
import { ACTIVITIES, WORKFLOWS, pollersOf } from './support/pollers';
import { plain } from './incident/print-timeline';
import { table } from './support/table';

/** One thing that must be there for incidents to be healed and people to be paged. */
export interface Checkup {
  what: string;
  /** `unknown`: it cannot be seen from here, and `detail` says where. */
  state: 'ok' | 'missing' | 'unknown';
  detail: string;
}

interface DoctorOptions {
  config?: string;
  json?: boolean;
  replay?: boolean;
}

/**
 * `halcyon doctor [--json]`: what of Halcyon is at work, one line each; exit code 1 when something is missing. With
 * `--replay`, before an upgrade: whether this build can go on with what is open.
 */
export function createDoctorCommand(workflows?: WorkflowSource): Command {
  return new Command('doctor')
    .description(
      'say what of Halcyon is at work: Temporal, controllers, the agent of each host, pagers, the store, incident events',
    )
    .option('--config <file>', 'configuration file')
    .option('--replay', 'replay every open run of the cluster with the workflows of this build; exit 1 when one breaks')
    .option('--json', 'print JSON')
    .action((options: DoctorOptions) => (options.replay === true ? doctorReplay(options, workflows) : doctor(options)));
}

async function doctor(options: DoctorOptions): Promise<void> {
  await withClient(options, async (client, config, file) => {
    const checkups = [
      { what: 'configuration', state: 'ok', detail: file } as const,
      { what: 'Temporal', state: 'ok', detail: `${config.temporal.address}, ${config.temporal.namespace}` } as const,
      ...(await workersOf(client, config)),
      ...(await buildsOf(client)),
      ...pagersOf(file),
      ...(await recordOf(file)),
      intakeOf(config),
    ];
    process.stdout.write(options.json === true ? `${JSON.stringify(checkups)}\n` : format(checkups));
    if (checkups.some(({ state }) => state === 'missing')) process.exitCode = 1;
  });
}

function format(checkups: Checkup[]): string {
  return table(checkups.map(({ what, state, detail }) => [state, what, detail]))
    .map((line) => `${plain(line)}\n`)
    .join('');
}

async function workersOf(client: Client, config: Config): Promise<Checkup[]> {
  const agents = Object.keys(config.hosts).map((host) => ({
    what: `agent of ${host}`,
    queue: hostTaskQueue(host),
    kind: ACTIVITIES,
    remedy: `systemctl status halcyon-agent on ${host}, and agent.host in its configuration`,
  }));
  const controller = { what: 'controller', queue: CONTROLLER_TASK_QUEUE, kind: WORKFLOWS };
  const asked = [{ ...controller, remedy: 'systemctl status halcyon-controller' }, ...agents];
  const none = {
    what: 'hosts',
    state: 'missing',
    detail: 'none: name them under hosts:, else nothing is healed',
  } as const;
  return [
    ...(await Promise.all(
      asked.map(async ({ what, queue, kind, remedy }): Promise<Checkup> => {
        const polling = await pollersOf(client, queue, kind);
        if (polling.length === 0) return { what, state: 'missing', detail: `nobody asks for work: ${remedy}` };
        return { what, state: 'ok', detail: polling.join(', ') };
      }),
    )),
    ...(agents.length === 0 ? [none] : []),
  ];
}

/** Where controllers have versions: whether somebody runs each build that has open runs, or gets what begins. */
async function buildsOf(client: Client): Promise<Checkup[]> {
  return (await builds(client)).map(({ id, isCurrent, controllers, openRuns }) => {
    const what = `build ${id}`;
    const has = `${isCurrent ? 'gets what begins, ' : ''}${openRuns} open runs`;
    if (controllers.length > 0) return { what, state: 'ok', detail: `${has}: ${controllers.join(', ')}` };
    const remedy = isCurrent ? '"halcyon rollout use" another build' : `"halcyon rollout adopt ${id}"`;
    return { what, state: 'missing', detail: `${has}, and nobody runs it: start its controller, or ${remedy}` };
  });
}

/** By what people can be paged, and what stands in the way. No secret is shown. */
function pagersOf(path: string): Checkup[] {
  const what = 'pagers';
  try {
    const config = loadConfigFor(['controller'], { path, env: process.env });
    const warnings = configWarnings(config, 'controller');
    if (warnings.length > 0) return warnings.map((detail) => ({ what, state: 'missing', detail }));
    const { slack, pagerduty } = config.pagers;
    const keys = Object.keys(pagerduty.routingKeys);
    const names = [
      ...(slack.token === null ? [] : ['Slack']),
      ...(keys.length === 0 ? [] : [`PagerDuty (${keys.join(', ')})`]),
    ];
    return [{ what, state: 'ok', detail: names.join(' and ') }];
  } catch (err) {
    if (!(err instanceof ConfigError)) throw err;
    // A command has none of the controller's secrets unless somebody gave them.
    return err.lines.map((line) => ({ what, state: 'unknown', detail: `${line}; ask where the controller runs` }));
  }
}

/** Where incidents are written down and published, as the controller has it. */
async function recordOf(path: string): Promise<Checkup[]> {
  try {
    return await recordCheckups(loadConfigFor(['controller'], { path, env: process.env }));
  } catch (err) {
    if (!(err instanceof ConfigError)) throw err;
    // Its problems stand under pagers.
    return [];
  }
}

/** It may stand behind a proxy of which this file knows nothing. */
function intakeOf({ intake: { host, port, amqp } }: Config): Checkup {
  const queue = amqp === null ? '' : `, which also says whether it takes alerts from queue ${amqp.queue}`;
  const detail = `not asked: it answers /readyz, on its own machine at http://${host}:${port}/readyz${queue}`;
  return { what: 'intake', state: 'unknown', detail };
}
