import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Runtime, Worker, DefaultLogger } from '@temporalio/worker';
import type { NativeConnection } from '@temporalio/worker';
import { stringify } from 'yaml';
import { createHostActivities } from '../src/activities/host';
import { loadConfig } from '../src/config';
import type { IncidentView } from '../src/shared/incident';
import { connectWhenReachable } from '../src/temporal/connection';
import { createAgent } from '../src/temporal/workers';
import { workflowsIn } from '../src/temporal/workflow-source';
import { PlainKingfisher } from '../lab/plain-kingfisher';
import { PATIENT_GUARD, startStack } from '../lab/stack';
import type { Stack } from '../lab/stack';
import { runBenchmark } from './benchmark';
import { postAlert } from './post-alert';
import { percentiles } from './statistics';
import type { Percentiles } from './statistics';

const HOST = 'bench';
const BARE_QUEUE = 'bench-bare';
/** Of a worker that runs activities only, as an agent does. */
const BARE_AGENT_QUEUE = 'bench-bare-agent';
const BARE_WORKFLOWS = require.resolve('./bare/workflows');
const WARM_UP = 5;

interface Result {
  halcyon: Percentiles;
  /** The activity goes to the worker of its workflow with the answer to its workflow task: no agent can have that. */
  bare: Percentiles;
  /** The activity waits in the queue of another worker, as those of an agent do. */
  bareAgent: Percentiles;
}

/**
 * From the POST of an alert until the agent begins its first activity, beside the least that Temporal itself takes from
 * start to first activity; in turn, on the same server, in one run.
 */
runBenchmark({
  name: 'alert-latency',
  description: 'POST of an alert to the first action on the host, beside bare Temporal',
  count: { option: 'incidents', byDefault: 100 },
  measure,
  report: ({ halcyon, bare, bareAgent }) => [
    line('halcyon: POST to first host activity', halcyon),
    line('bare Temporal: start to first activity', bare),
    line('the same by an activity-only worker', bareAgent),
    `ratio of the medians: ${ratio(halcyon, bare)}, to that of an activity-only worker ${ratio(halcyon, bareAgent)}`,
  ],
});

async function measure(directory: string, count: number): Promise<Result> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const kingfisher = await PlainKingfisher.start(join(directory, 'kingfisher'), HOST);
  try {
    const stack = await startStack({
      sections: { guard: PATIENT_GUARD },
      directory: join(directory, 'halcyon'),
      hosts: { [HOST]: { instances: [HOST], services: [] } },
      runbooks: { serviceDown: { stabilityWindow: '20ms', steadyFor: '0s' } },
    });
    try {
      return await withWorkers(stack, kingfisher, directory, count);
    } finally {
      await stack.stop();
    }
  } finally {
    await kingfisher.stop();
  }
}

async function withWorkers(stack: Stack, kingfisher: PlainKingfisher, directory: string, count: number) {
  const settings = { address: stack.temporal.address, namespace: 'default', apiKey: null, tls: null };
  const connection = await connectWhenReachable(settings, { warn: () => undefined });
  const begun = new FirstBegun();
  const activities = { begin: async () => begun.note() };
  const workers = [
    await agentOf(kingfisher, directory, connection, begun),
    await Worker.create({ connection, taskQueue: BARE_QUEUE, activities, ...workflowsIn(BARE_WORKFLOWS) }),
    await Worker.create({ connection, taskQueue: BARE_AGENT_QUEUE, activities }),
  ];
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
    const taken: [number, number, number][] = [];
    for (let i = -WARM_UP; i < count; i++) {
      const incident = await oneIncident(stack, begun, i);
      const bare = await oneBare(stack, begun, BARE_QUEUE, i);
      taken.push([incident, bare, await oneBare(stack, begun, BARE_AGENT_QUEUE, i)]);
    }
    const [halcyon, bare, bareAgent] = ([0, 1, 2] as const).map((kind) =>
      percentiles(taken.slice(WARM_UP).map((each) => each[kind])),
    );
    return { halcyon: halcyon!, bare: bare!, bareAgent: bareAgent! };
  } finally {
    for (const worker of workers) worker.shutdown();
    await running;
    await connection.close();
  }
}

/** Resolves with the moment at which the next activity begins. */
class FirstBegun {
  private resolve: ((at: number) => void) | undefined;

  next(): Promise<number> {
    return new Promise((resolve) => (this.resolve = resolve));
  }

  note(): void {
    this.resolve?.(performance.now());
    this.resolve = undefined;
  }
}

/** The real agent; each activity says when it begins. */
async function agentOf(
  kingfisher: PlainKingfisher,
  directory: string,
  connection: NativeConnection,
  begun: FirstBegun,
) {
  const path = join(directory, 'agent.yaml');
  writeFileSync(path, stringify({ agent: kingfisher.agent }));
  const { agent } = loadConfig({ path, env: {} });
  const activities = Object.entries(createHostActivities(agent!)).map(([name, activity]) => [
    name,
    (...args: never[]) => {
      begun.note();
      return (activity as (...args: never[]) => unknown)(...args);
    },
  ]);
  return await createAgent({ connection, namespace: 'default' }, HOST, Object.fromEntries(activities));
}

async function oneIncident(stack: Stack, begun: FirstBegun, number: number): Promise<number> {
  const startsAt = new Date().toISOString();
  const first = begun.next();
  const from = performance.now();
  await postAlert(stack, { status: 'firing', startsAt, host: HOST });
  const took = (await first) - from;
  await postAlert(stack, { status: 'resolved', startsAt, host: HOST });
  const handle = stack.client.workflow.getHandle(`incident/KingfisherServiceDown/${HOST}`);
  const view = (await handle.result()) as IncidentView;
  if (view.outcome !== 'selfHealed') throw new Error(`incident ${number} ended ${view.outcome}`);
  return took;
}

async function oneBare(stack: Stack, begun: FirstBegun, activityQueue: string, number: number): Promise<number> {
  const first = begun.next();
  const from = performance.now();
  const handle = await stack.client.workflow.start('bare', {
    workflowId: `${activityQueue}-${number}`,
    taskQueue: BARE_QUEUE,
    args: [activityQueue, String(number)],
  });
  const took = (await first) - from;
  await handle.result();
  return took;
}

function ratio(one: Percentiles, other: Percentiles): string {
  return (one.p50Ms / other.p50Ms).toFixed(2);
}

function line(what: string, { p50Ms, p99Ms }: Percentiles): string {
  return `${what.padEnd(42)} p50 ${p50Ms} ms   p99 ${p99Ms} ms`;
}
