import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Daemon } from '../../lab/daemon';
import { projectDir } from '../../lab/project';
import type { Stack } from '../../lab/stack';
import { forEachLimited } from '../../src/intake/limited';
import { BARE_QUEUE } from './bare/queue';
import { bareIncidentId } from './bare/workflows';
import { SENDERS } from './site';

const LOOK_EVERY_MS = 250;
const CLOSED_WITHIN_MS = 600_000;

/**
 * How many incidents a second Temporal alone would close: the same workflows, activities, signals and timers, on the same
 * server by the same agents, without Halcyon.
 */
export async function measureBare(
  { temporal, client }: Stack,
  directory: string,
  hosts: readonly string[],
): Promise<number> {
  const worker = new Daemon({
    name: 'bare worker',
    command: [process.execPath, join(projectDir, 'dist', 'bench', 'fleet', 'bare', 'worker.js'), temporal.address],
    logFile: join(directory, 'bare.log'),
    isReady: ({ log }) => log.includes('bare worker running'),
  });
  await worker.start();
  try {
    const from = performance.now();
    await forEachLimited(hosts, SENDERS, async (host) => {
      await client.workflow.start('bareIncident', {
        workflowId: bareIncidentId(host),
        taskQueue: BARE_QUEUE,
        args: [host],
      });
    });
    const closed = `WorkflowType = 'bareIncident' AND ExecutionStatus = 'Completed'`;
    while ((await client.workflow.count(closed)).count < hosts.length) {
      if (performance.now() - from > CLOSED_WITHIN_MS) throw new Error('bare incidents were not closed in time');
      await sleep(LOOK_EVERY_MS);
    }
    return hosts.length / ((performance.now() - from) / 1_000);
  } finally {
    await worker.stop();
  }
}
